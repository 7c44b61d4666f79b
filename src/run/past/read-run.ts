import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { CodedError, messageOf } from '../../base/errors.ts';
import { parseJsonLines } from '../../base/files.ts';
import { tryLock } from '../../base/lock.ts';
import type { StatePaths } from '../../config/paths.ts';
import { RESULTS_FILE, readResults } from '../../results/json.ts';
import type { RunResults } from '../../results/schema.ts';
import { journalState, readJournal } from '../journal.ts';
import { buildResults } from '../results-document.ts';
import { type RunDirectory, runDirectory, runLockPath } from '../run-directory.ts';
import type { Fact, JournalEntry, Plan } from '../types.ts';
import { judge } from '../verdict/judge.ts';

/** How a run stands: it goes on, its app was kept, it is over, or it was killed and nobody has cleaned up after it. */
export type RunState = 'live' | 'kept' | 'closed' | 'died';

/** A run as its directory tells. */
export interface PastRun {
  readonly root: string;
  readonly directory: RunDirectory;
  readonly plan: Plan;
  readonly facts: readonly Fact[];
  readonly journal: readonly JournalEntry[];
  /** What was published; undefined while the run goes on, or when it was killed before its end. */
  readonly results: RunResults | undefined;
}

/** What is looked at to tell a plan from any other file; the rest is as the run wrote it. */
const PlanShape = z.looseObject({
  runId: z.string(),
  createdAt: z.string(),
  recipe: z.looseObject({ name: z.string(), commit: z.string() }),
  tiers: z.array(z.looseObject({ tier: z.string(), run: z.boolean() })),
});
const FactShape = z.looseObject({ at: z.string(), fact: z.string() });

/** Reads a run's directory; no Engine is asked. A run that was refused has no plan: `E_RUN`. */
export async function readRun(root: string, paths: StatePaths): Promise<PastRun> {
  const file = join(root, 'plan.json');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const id = basename(root);
    throw unreadable(file, `the run ${id} has no plan: it was refused, or it ended before it had one`, error);
  });
  const plan = check(PlanShape, file, () => JSON.parse(text)) as unknown as Plan;
  const directory = runDirectory(paths, plan.runId, root);
  const facts = await readFile(directory.facts, 'utf8').catch(() => '');
  const published = await stat(join(root, RESULTS_FILE)).catch(() => undefined);
  return {
    root,
    directory,
    plan,
    facts: check(z.array(FactShape), directory.facts, () => parseJsonLines(facts)) as unknown as Fact[],
    journal: await readJournal(directory.journal),
    results: published === undefined ? undefined : await readResults(root),
  };
}

/** The outcome of a run: what was published, or else what its plan and facts say. */
export function resultsOf(run: PastRun): RunResults {
  if (run.results !== undefined) return run.results;
  const clock = {
    toolVersion: run.plan.toolVersion,
    startedAt: new Date(run.plan.createdAt),
    endedAt: new Date(run.facts.at(-1)?.at ?? run.plan.createdAt),
    phases: [],
    node: 'unknown',
  };
  return buildResults(run.plan, run.facts, judge(run.plan, run.facts), clock);
}

/** Refuses a session of `--watch` where only a run will do, as `E_WATCHED`: its rounds have no verdict. */
export function refuseWatched({ plan }: Pick<PastRun, 'plan'>): void {
  if (plan.watch !== true) return;
  throw new CodedError({
    code: 'E_WATCHED',
    message: `${plan.runId} was a session of --watch, which has no verdict`,
    fault: 'usage',
    hint: 'the key r makes a full run of what is watched; `cc-ci runs` lists it as a run of its own',
  });
}

/** Whether a run goes on is told by its kernel lock alone. */
export async function stateOf(paths: StatePaths, runId: string, journal: readonly JournalEntry[]): Promise<RunState> {
  const state = journalState(journal);
  if (state === 'closed' || state === 'kept') return state;
  const path = runLockPath(paths, runId);
  if ((await stat(path).catch(() => undefined)) === undefined) return 'died';
  await using lock = await tryLock(path);
  return lock === undefined ? 'live' : 'died';
}

function check<T>(shape: z.ZodType<T>, file: string, read: () => unknown): T {
  let value: unknown;
  try {
    value = read();
  } catch (error: unknown) {
    throw unreadable(file, messageOf(error), error);
  }
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  throw unreadable(file, `not as a run writes it: ${parsed.error.issues[0]?.path.join('.') ?? ''}`, parsed.error);
}

function unreadable(file: string, message: string, cause: unknown): CodedError {
  return new CodedError({ code: 'E_RUN', message, fault: 'usage', where: { file }, cause });
}
