import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tryLock } from '../base/lock.ts';
import type { StatePaths } from '../config/paths.ts';
import { removeStaging } from '../custom/staging.ts';
import type { Engine } from '../swarm/engine.ts';
import { inventoryLines, listObjects, OBJECT_KINDS } from '../swarm/inventory.ts';
import { removeStack } from '../swarm/teardown.ts';
import { RUN_LABEL, STACK_LABEL } from '../swarm/types.ts';
import { journalState, openJournal, pendingUndos, readJournal } from './journal.ts';
import { runLockPath } from './run-directory.ts';
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

/**
 * Finishes what dead runs left: first by their journals, then by label, for runs whose directory is gone too. A run is dead
 * when its kernel lock can be taken; ages decide nothing (RT-27). The lock is held while its leftovers are removed, so
 * two janitors never reap the same run.
 */
export async function cleanRuns(
  engine: Engine | undefined,
  paths: StatePaths,
  options: CleanOptions = {},
): Promise<CleanReport> {
  const cleaned: CleanedRun[] = [];
  const live = new Set<string>();
  const kept = new Set<string>();
  const wantsKept = (runId: string) => options.kept === '*' || options.kept === runId;
  for (const runId of await runsWithDirectory(paths)) {
    const root = await runRoot(paths, runId);
    const state = journalState(await readJournal(join(root, 'journal.ndjson')));
    if (state === 'closed' || state === 'empty') continue;
    if (state === 'kept' && !wantsKept(runId)) {
      kept.add(runId);
      continue;
    }
    await using lock = await tryLock(runLockPath(paths, runId));
    if (lock === undefined) {
      live.add(runId);
      continue;
    }
    options.report?.(`run ${runId} died; finishing its teardown`);
    const result = await undoJournal(engine, root);
    await removeStaging(runId);
    cleaned.push({ runId, how: 'journal', ...result });
    await rm(lock.path, { force: true });
  }
  if (engine !== undefined) {
    for (const [runId, stacks] of await labelledStacks(engine)) {
      if (live.has(runId) || kept.has(runId)) continue;
      await using lock = await tryLock(runLockPath(paths, runId));
      if (lock === undefined) {
        live.add(runId);
        continue;
      }
      options.report?.(`run ${runId} has no journal here; removing what carries its label`);
      const removed: string[] = [];
      const residue: string[] = [];
      for (const stackName of stacks) {
        const removal = await removeStack(engine, { stackName, runId });
        removed.push(...inventoryLines(removal.removed));
        residue.push(...inventoryLines(removal.residue));
      }
      if (removed.length > 0 || residue.length > 0) cleaned.push({ runId, how: 'labels', removed, residue });
      await rm(lock.path, { force: true });
    }
  }
  return { cleaned, live: [...live], kept: [...kept] };
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
    if (left.length === 0) await journal.undone(step);
    residue.push(...left);
  }
  if (residue.length === 0) await journal.close();
  return { removed, residue };
}

async function undoOne(engine: Engine | undefined, undo: Undo, removed: string[]): Promise<string[]> {
  switch (undo.kind) {
    case 'directory':
      await rm(undo.path, { recursive: true, force: true });
      return [];
    case 'stack': {
      if (engine === undefined) return [`stack ${undo.stackName}`];
      const removal = await removeStack(engine, { stackName: undo.stackName, runId: undo.runId });
      removed.push(...inventoryLines(removal.removed));
      return [...inventoryLines(removal.residue)];
    }
  }
}

async function runsWithDirectory(paths: StatePaths): Promise<string[]> {
  return (await readdir(paths.runs).catch((): string[] => [])).toSorted();
}

/** `--out DIR` puts a run elsewhere; a pointer file in the runs directory then says where. */
async function runRoot(paths: StatePaths, runId: string): Promise<string> {
  const entry = join(paths.runs, runId);
  const pointer = await readFile(join(entry, 'elsewhere'), 'utf8').catch(() => undefined);
  return pointer === undefined ? entry : pointer.trim();
}

/** Run ids and stacks of everything in the Engine that carries our run label. */
async function labelledStacks(engine: Engine): Promise<Map<string, Set<string>>> {
  const objects = await listObjects(engine, ({ labels }) => labels[RUN_LABEL] !== undefined);
  const stacks = new Map<string, Set<string>>();
  for (const { labels } of OBJECT_KINDS.flatMap((kind) => objects[kind])) {
    const runId = labels[RUN_LABEL];
    const stack = labels[STACK_LABEL];
    if (runId === undefined || stack === undefined) continue;
    stacks.set(runId, (stacks.get(runId) ?? new Set()).add(stack));
  }
  return stacks;
}
