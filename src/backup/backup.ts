import { lstat } from 'node:fs/promises';
import { type BackupContext, HOOK_TIMEOUT_MS, makeStopwatch, RESTIC_TIMEOUT_MS, type StepTime } from './context.ts';
import { disown, stampDumps, unwrittenDumps } from './fresh-dumps.ts';
import { hookFailed, runHooks } from './hooks.ts';
import { inspectSnapshot } from './inspect.ts';
import { placeDumps } from './inspect-dumps.ts';
import { backupPaths } from './restic.ts';
import type { HookRun, SnapshotReport } from './types.ts';
import { coveredPaths, placeVolumes, readablePath } from './volume-sets.ts';

/** A database may be restarted in the middle of a dump; more often than this it is the recipe. */
const MAX_ATTEMPTS = 3;

export interface BackupOutcome {
  readonly snapshot: SnapshotReport;
  /** The hooks of the attempt that counts. */
  readonly hooks: readonly HookRun[];
  readonly attempts: number;
  /** Why each earlier attempt did not count, one line each. */
  readonly retried: readonly string[];
  readonly steps: readonly StepTime[];
}

/**
 * Backs the app up as its operator would (hooks, files, hooks) and looks at what the snapshot holds. An attempt with a
 * failed hook or a dump that is missing, empty or cut off is repeated, three attempts in all; the last one counts as it is.
 */
export async function performBackup(context: BackupContext): Promise<BackupOutcome> {
  const watch = makeStopwatch();
  const retried: string[] = [];
  for (let attempt = 1; ; attempt += 1) {
    context.signal?.throwIfAborted();
    const { snapshot, hooks } = await attemptBackup(context, watch.time);
    const defect = firstDefect(snapshot, hooks);
    if (defect === undefined || attempt === MAX_ATTEMPTS) {
      return { snapshot, hooks, attempts: attempt, retried, steps: watch.steps };
    }
    retried.push(defect);
  }
}

async function attemptBackup(
  context: BackupContext,
  time: <T>(step: string, work: () => Promise<T>) => Promise<T>,
): Promise<{ snapshot: SnapshotReport; hooks: HookRun[] }> {
  const { data, plan, repository } = context;
  const hookLimit = context.hookTimeoutMs ?? HOOK_TIMEOUT_MS;
  const volumes = await placeVolumes(data, plan);
  const dumps = placeDumps(context, volumes);
  const lastTime = await stampDumps(dumps);
  const before = await time('backup hooks before', () => runHooks(data, plan, 'backup-pre', hookLimit));
  const unwritten = unwrittenDumps(plan, dumps, lastTime, await stampDumps(dumps));
  const paths = await existing(volumes.flatMap(coveredPaths));
  const made =
    paths.length === 0
      ? undefined
      : await time('restic backup', () =>
          backupPaths(repository, {
            paths,
            readable: volumes.map((volume) => volume.root),
            tag: context.tag,
            timeoutMs: context.resticTimeoutMs ?? RESTIC_TIMEOUT_MS,
            signal: context.signal,
          }),
        );
  const after = await time('backup hooks after', () => runHooks(data, plan, 'backup-post', hookLimit));
  const snapshot = await time('inspection', async () =>
    made === undefined
      ? emptyReport(volumes.flatMap(coveredPaths).map((path) => readablePath(path, volumes)))
      : disown(await inspectSnapshot(context, volumes, made), unwritten, volumes),
  );
  return { snapshot, hooks: [...before, ...after] };
}

async function existing(paths: readonly string[]): Promise<string[]> {
  const present = await Promise.all(
    paths.map((path) =>
      lstat(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return paths.filter((_, index) => present[index]);
}

function emptyReport(missingPaths: readonly string[]): SnapshotReport {
  return { id: '', files: 0, bytes: 0, dumps: [], canaries: [], missingPaths, liveCopies: [], warnings: [] };
}

/** What makes an attempt worth repeating; what the labels cannot cover in any attempt is none of it. */
function firstDefect(snapshot: SnapshotReport, hooks: readonly HookRun[]): string | undefined {
  const hook = hooks.find(hookFailed);
  if (hook !== undefined) {
    return `the ${hook.hook} hook of ${hook.service} ended with ${hook.exitCode ?? hook.output}`;
  }
  const dump = snapshot.dumps.find((candidate) => !candidate.parses);
  if (dump !== undefined) return `${dump.path}: ${dump.detail}`;
  const [missing] = snapshot.missingPaths;
  return missing === undefined ? undefined : `${missing} is not in the snapshot`;
}
