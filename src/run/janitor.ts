import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { endOrphans } from '../base/end-orphans.ts';
import { append } from '../base/lists.ts';
import { tryLock } from '../base/lock.ts';
import { sweepScratch } from '../base/scratch.ts';
import { type StatePaths, statePaths } from '../config/paths.ts';
import { removeMemoryBounds } from '../custom/memory-bound.ts';
import { stagingRoot } from '../custom/staging.ts';
import type { Engine } from '../swarm/engine.ts';
import { inventoryLines, listObjects, OBJECT_KINDS } from '../swarm/inventory.ts';
import { removeStack } from '../swarm/teardown.ts';
import { EXPIRES_LABEL, RUN_LABEL, STACK_LABEL, STATE_LABEL } from '../swarm/types.ts';
import { journalState, openJournal, pendingUndos, readJournal } from './journal.ts';
import { listRunIds, runRoot } from './past/find-run.ts';
import { runLockPath } from './run-directory.ts';
import { ifThereIsRoom } from './teardown.ts';
import type { Undo } from './types.ts';

export interface CleanedRun {
  readonly runId: string;
  readonly how: 'journal' | 'labels';
  readonly removed: readonly string[];
  readonly residue: readonly string[];
}

export interface CleanReport {
  readonly cleaned: readonly CleanedRun[];
  /** Runs whose lock is held: they are alive and were not touched. */
  readonly live: readonly string[];
  /** Apps that were kept on purpose (`--keep`), left alone unless asked. */
  readonly kept: readonly string[];
}

export interface CleanOptions {
  /** Also remove apps that were kept: one run's, or with `*` all of them. */
  readonly kept?: string | undefined;
  readonly report?: (text: string) => void;
}

/** What the Engine holds of one run. */
interface LabelledRun {
  readonly stacks: ReadonlySet<string>;
  /** Where its lock and its directory are; undefined on objects of before that label. */
  readonly state: string | undefined;
  readonly expires: number;
}

type Reaped = CleanedRun | 'live' | 'kept' | 'nothing';

/**
 * Finishes what dead runs left: first by their journals, then by label, for runs whose directory is gone too. A run is dead
 * when its kernel lock can be taken; where its state directory can still be asked, ages decide nothing (RT-27). The lock is
 * held while its leftovers are removed, so two janitors never reap the same run.
 */
export async function cleanRuns(
  engine: Engine | undefined,
  paths: StatePaths,
  options: CleanOptions = {},
): Promise<CleanReport> {
  const outcomes = new Map<string, Reaped>();
  for (const runId of await listRunIds(paths)) outcomes.set(runId, await reapByJournal(engine, paths, runId, options));
  await sweepLocks(paths, outcomes);
  await sweepScratch(paths.cache);
  if (engine !== undefined) {
    for (const [runId, labelled] of await labelledRuns(engine)) {
      const before = outcomes.get(runId);
      if (before === undefined || before === 'nothing')
        outcomes.set(runId, await reapLabelled(engine, runId, labelled, options));
    }
  }
  const runsWith = (outcome: Reaped) => [...outcomes].filter(([, found]) => found === outcome).map(([runId]) => runId);
  return {
    cleaned: [...outcomes.values()].filter((outcome) => typeof outcome !== 'string'),
    live: runsWith('live'),
    kept: runsWith('kept'),
  };
}

async function reapByJournal(
  engine: Engine | undefined,
  paths: StatePaths,
  runId: string,
  options: CleanOptions,
): Promise<Reaped> {
  const root = await runRoot(paths, runId);
  const state = async () => journalState(await readJournal(join(root, 'journal.ndjson')));
  const isKept = (found: string) => found === 'kept' && options.kept !== '*' && options.kept !== runId;
  const before = await state();
  if (before === 'closed') return 'nothing';
  if (isKept(before)) return 'kept';
  await using lock = await tryLock(runLockPath(paths, runId));
  if (lock === undefined) return 'live';
  // While the lock is held: whoever finds the file is kept out until all is removed.
  using _file = { [Symbol.dispose]: () => lock.removeFile() };
  // It may have ended between the look and the lock.
  const now = await state();
  if (now === 'closed') return 'nothing';
  if (isKept(now)) return 'kept';
  options.report?.(
    now === 'kept' ? `removing the kept app of run ${runId}` : `run ${runId} died; finishing its teardown`,
  );
  return { runId, how: 'journal', ...(await undoJournal(engine, root)) };
}

/**
 * A run that only the Engine still knows, or one of another state directory. Its own locks are asked where they are; where
 * they are gone, nothing but its expiry can tell that it is over.
 */
async function reapLabelled(
  engine: Engine,
  runId: string,
  labelled: LabelledRun,
  options: CleanOptions,
): Promise<Reaped> {
  const paths = labelled.state === undefined ? undefined : statePaths({ CC_CI_STATE: labelled.state });
  if (paths === undefined || !(await exists(paths.locks))) {
    return labelled.expires < Date.now() / 1000 ? removeLabelled(engine, runId, labelled, options) : 'live';
  }
  if (await exists(join(paths.runs, runId))) {
    const reaped = await reapByJournal(engine, paths, runId, options);
    if (reaped !== 'nothing') return reaped;
  }
  await using lock = await tryLock(runLockPath(paths, runId));
  if (lock === undefined) return 'live';
  using _file = { [Symbol.dispose]: () => lock.removeFile() };
  return await removeLabelled(engine, runId, labelled, options);
}

async function removeLabelled(
  engine: Engine,
  runId: string,
  { stacks }: LabelledRun,
  options: CleanOptions,
): Promise<Reaped> {
  await endOrphans(stagingRoot(runId));
  await removeMemoryBounds(stagingRoot(runId));
  await rm(stagingRoot(runId), { recursive: true, force: true });
  options.report?.(`run ${runId} has no open journal; removing what carries its label`);
  const removed: string[] = [];
  const residue: string[] = [];
  for (const stackName of stacks) {
    const removal = await removeStack(engine, { stackName, runId });
    append(removed, inventoryLines(removal.removed));
    append(residue, inventoryLines(removal.residue));
  }
  return removed.length + residue.length === 0 ? 'nothing' : { runId, how: 'labels', removed, residue };
}

/** Files of locks that nobody holds: a file alone means nothing, and a run that was killed has left its own. */
async function sweepLocks(paths: StatePaths, outcomes: ReadonlyMap<string, Reaped>): Promise<void> {
  for (const name of await readdir(paths.locks).catch((): string[] => [])) {
    const [, kind, id = ''] = /^(run|stack)-(.*)\.lock$/.exec(name) ?? [];
    if (kind === undefined || outcomes.get(id) === 'live') continue;
    await using lock = await tryLock(join(paths.locks, name));
    lock?.removeFile();
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Undoes what a journal says is still there, last begun first, and closes it when nothing is left. */
async function undoJournal(
  engine: Engine | undefined,
  root: string,
): Promise<{ removed: string[]; residue: string[] }> {
  const path = join(root, 'journal.ndjson');
  const removed: string[] = [];
  const residue: string[] = [];
  await using journal = await openJournal(path);
  for (const { step, undo } of pendingUndos(await readJournal(path))) {
    const left = await undoOne(engine, undo, removed);
    if (left.length === 0) await ifThereIsRoom(journal.undone(step));
    append(residue, left);
  }
  if (residue.length === 0) await ifThereIsRoom(journal.close());
  return { removed, residue };
}

async function undoOne(engine: Engine | undefined, undo: Undo, removed: string[]): Promise<string[]> {
  switch (undo.kind) {
    case 'directory':
      await endOrphans(undo.path);
      await removeMemoryBounds(undo.path);
      await rm(undo.path, { recursive: true, force: true });
      return [];
    case 'stack': {
      if (engine === undefined) return [`stack ${undo.stackName}`];
      const removal = await removeStack(engine, { stackName: undo.stackName, runId: undo.runId });
      append(removed, inventoryLines(removal.removed));
      return [...inventoryLines(removal.residue)];
    }
  }
}

/** Everything in the Engine that carries our run label, by run. */
async function labelledRuns(engine: Engine): Promise<Map<string, LabelledRun>> {
  const objects = await listObjects(engine, ({ labels }) => labels[RUN_LABEL] !== undefined);
  const runs = new Map<string, { stacks: Set<string>; state: string | undefined; expires: number }>();
  for (const { labels } of OBJECT_KINDS.flatMap((kind) => objects[kind])) {
    const runId = labels[RUN_LABEL];
    const stack = labels[STACK_LABEL];
    if (runId === undefined || stack === undefined) continue;
    const run = runs.get(runId) ?? { stacks: new Set(), state: undefined, expires: Number.POSITIVE_INFINITY };
    run.stacks.add(stack);
    run.state ??= labels[STATE_LABEL];
    run.expires = Math.min(run.expires, Number(labels[EXPIRES_LABEL] ?? Number.POSITIVE_INFINITY));
    runs.set(runId, run);
  }
  return runs;
}
