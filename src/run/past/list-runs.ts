import { join } from 'node:path';
import type { StatePaths } from '../../config/paths.ts';
import { readJournal } from '../journal.ts';
import { listRunIds, runRoot } from './find-run.ts';
import { type PastRun, type RunState, readRun, resultsOf, stateOf } from './read-run.ts';

/** One run of this machine, on one line. */
export interface RunRow {
  readonly runId: string;
  readonly recipe: string | null;
  readonly version: string | null;
  /** Null while the run goes on, and for one that was refused or died before it was judged. */
  readonly verdict: string | null;
  readonly level: number | null;
  /** ISO time of its beginning. */
  readonly at: string | null;
  readonly state: RunState;
  readonly sentence: string;
  readonly directory: string;
}

/** Every run of this machine, the newest first. A directory that cannot be read is a row that says why. */
export async function listRuns(paths: StatePaths): Promise<RunRow[]> {
  const ids = await listRunIds(paths);
  return Promise.all(ids.toReversed().map((runId) => rowOf(paths, runId)));
}

async function rowOf(paths: StatePaths, runId: string): Promise<RunRow> {
  const directory = await runRoot(paths, runId);
  const journal = await readJournal(join(directory, 'journal.ndjson')).catch(() => []);
  const state = await stateOf(paths, runId, journal);
  const run = await readRun(directory, paths).catch(() => undefined);
  const results = run?.results === undefined ? undefined : resultsOf(run);
  return {
    runId,
    recipe: run?.plan.recipe.name ?? null,
    version: run?.plan.recipe.version ?? null,
    verdict: results?.verdict ?? null,
    level: results?.level ?? null,
    at: run?.plan.createdAt ?? journal[0]?.at ?? null,
    state,
    sentence: results?.sentence ?? withoutVerdict(run, state),
    directory,
  };
}

function withoutVerdict(run: PastRun | undefined, state: RunState): string {
  if (run?.plan.watch === true && state !== 'died') return state === 'live' ? 'is being watched' : 'was watched';
  if (state === 'live') return run === undefined ? 'is being planned' : 'goes on';
  if (state === 'died') return 'was killed; `cc-ci clean` finishes its teardown';
  return run === undefined ? 'was refused before it had a plan' : 'ended without a verdict';
}
