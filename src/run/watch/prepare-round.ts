import { join } from 'node:path';
import { CodedError } from '../../base/errors.ts';
import type { JsonLines } from '../../base/files.ts';
import { discoverTests } from '../../custom/discover.ts';
import { renderForDeploy } from '../../recipe/compose/render.ts';
import type { RunContext } from '../context.ts';
import { recordFacts } from '../facts.ts';
import type { OpenRun, RunOptions } from '../open-run.ts';
import { type LivingApp, makePlan } from '../plan/make-plan.ts';
import type { RunDirectory } from '../run-directory.ts';
import { startTimeline } from '../timeline.ts';
import type { RunRequest } from '../types.ts';
import { nameConfigs, type RenamedConfig } from './config-names.ts';
import { type Picture, takePicture } from './picture.ts';
import { readTree, type Tree } from './tree.ts';

/** Everything to work with in one round: the recipe as it is now, copied, read, resolved and planned. */
export interface PreparedRound {
  readonly run: RunContext;
  readonly tree: Tree;
  readonly picture: Picture;
  /** What of the Swarm's configs will hold what, once this is deployed. */
  readonly held: ReadonlyMap<string, string>;
  readonly renamed: readonly RenamedConfig[];
}

/** What a round has from the session it belongs to. */
export interface RoundSource {
  readonly open: OpenRun;
  readonly options: RunOptions;
  readonly request: RunRequest;
  readonly facts: JsonLines;
  readonly signal: AbortSignal;
  /** Names the round's own part of the work directory. */
  readonly name: string;
  readonly living: LivingApp | undefined;
  /** Config name in the Swarm → hash of what it holds. */
  readonly held: ReadonlyMap<string, string>;
}

/**
 * Copies the work tree and makes the round's plan of it, for the app that is up. Rejects with `CodedError` when the recipe cannot be
 * read or would be refused; nothing has been touched then.
 */
export async function prepareRound(source: RoundSource): Promise<PreparedRound> {
  const { open, options, request, signal } = source;
  const directory = roundDirectory(open.directory, source.name);
  const { living } = source;
  const prepared = await makePlan(request, { ...options, ...open, directory, signal, living });
  const [needed] = prepared.wanted;
  if (needed !== undefined) {
    throw new CodedError({
      code: 'E_WATCH_DEPENDENCY',
      message: `the app depends on ${needed.recipe}, and a watched app is deployed alone`,
      fault: 'usage',
      hint: 'leave out --watch: a run deploys what the app needs',
    });
  }
  open.masker.add(prepared.secrets.values());
  const { app } = prepared.head;
  const tree = await readTree(request.source, directory.headCheckout);
  const enrolledTests = prepared.enrolledDir === undefined ? undefined : join(prepared.enrolledDir, 'tests');
  const tests = await discoverTests(directory.headCheckout, enrolledTests);
  const picture = await takePicture(app, tree, { testFiles: tests.files.length, backup: prepared.plan.backup });
  const named = nameConfigs(prepared.head.stack, picture.contents, prepared.plan.stackName, source.held);
  const timeline = startTimeline((event, name, tier, ms) =>
    open.report(event === 'begin' ? { event, name, tier, atMs: ms } : { event, name, tier, ms }),
  );
  const run: RunContext = {
    ...prepared,
    dependencies: [],
    plan: { ...prepared.plan, watch: true },
    head: { app, stack: named.stack, yaml: renderForDeploy(named.stack).yaml },
    engine: open.engine,
    settings: options.settings,
    paths: options.paths,
    directory,
    journal: open.journal,
    facts: recordFacts(source.facts, open.report, open.masker),
    timeline,
    report: open.report,
    masker: open.masker,
    signal,
  };
  return { run, tree, picture, held: named.held, renamed: named.renamed };
}

/** Checkouts, repository and attachments of a round are its own; logs and screenshot are the session's. */
export function roundDirectory(session: RunDirectory, name: string): RunDirectory {
  const work = join(session.work, name);
  return {
    ...session,
    work,
    headCheckout: join(work, 'head'),
    baseCheckout: join(work, 'base'),
    resticRepository: join(work, 'restic'),
    resticCache: join(work, 'restic-cache'),
    attachments: join(session.attachments, name),
  };
}
