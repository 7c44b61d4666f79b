import { mustRun } from '../base/process.ts';
import { checkCanaries, destroyCanaries } from './canaries/canaries.ts';
import { confine } from './confine.ts';
import { type BackupContext, HOOK_TIMEOUT_MS, makeStopwatch, RESTIC_TIMEOUT_MS, type StepTime } from './context.ts';
import { expectCanaries } from './coverage.ts';
import { runHooks } from './hooks.ts';
import { restorePaths } from './restic.ts';
import type { CanaryCheck, HookRun } from './types.ts';
import { coveredPaths, isDumpVolume, mountingServices, type PlacedVolume, placeVolumes } from './volume-sets.ts';

export interface Destruction {
  /** Looked at right after: a canary that is still found was not destroyed, and its return would prove nothing. */
  readonly checks: readonly CanaryCheck[];
  /** Volumes (keys) whose contents were removed. */
  readonly emptied: readonly string[];
  /** Services that stand at 0 replicas now; the restore brings them back. */
  readonly stopped: readonly string[];
  readonly steps: readonly StepTime[];
}

export interface RestoreOutcome {
  readonly hooks: readonly HookRun[];
  /** Ids of the canaries that have to be back. */
  readonly expected: readonly string[];
  /** Of these, rows of databases that were back before the dump that holds them was restored. */
  readonly early: readonly string[];
  readonly steps: readonly StepTime[];
  readonly ms: number;
}

/**
 * Destroys what the restore has to bring back: every canary is changed and deleted, services on plain volumes are stopped
 * without grace, those volumes are emptied (the volumes themselves stay), and dumps are removed.
 */
export async function destroyData(context: BackupContext): Promise<Destruction> {
  const { data, plan } = context;
  const watch = makeStopwatch();
  const volumes = await placeVolumes(data, plan);
  const plain = volumes.filter((volume) => !isDumpVolume(plan, volume));
  const stopped = mountingServices(plain);
  await watch.time('canaries destroyed', () => destroyCanaries(data, context.canaries));
  const checks = await watch.time('destruction checked', () => checkCanaries(data, context.canaries));
  await watch.time('services stopped', () => Promise.all(stopped.map((service) => data.halt(service))));
  await watch.time('volumes emptied', async () => {
    for (const volume of volumes) await removeCovered(volume);
  });
  return { checks, emptied: plain.map((volume) => volume.volume), stopped, steps: watch.steps };
}

/**
 * Restores as an operator would: volumes, services up, wait, hooks before, dump files, hooks after. The steps after the
 * wait run even where a hook fails: which data is back is for the canaries to say.
 */
export async function performRestore(context: BackupContext, snapshot: string): Promise<RestoreOutcome> {
  const { data, plan } = context;
  const watch = makeStopwatch();
  const started = performance.now();
  const hookLimit = context.hookTimeoutMs ?? HOOK_TIMEOUT_MS;
  const volumes = await placeVolumes(data, plan);
  const plain = volumes.filter((volume) => !isDumpVolume(plan, volume));
  const dumps = volumes.filter((volume) => isDumpVolume(plan, volume));

  await watch.time('volumes restored', () => restoreVolumes(context, snapshot, plain));
  await watch.time('services up', async () => {
    await Promise.all(mountingServices(plain).map((service) => data.resume(service)));
    await data.waitReady();
  });
  const expected = expectCanaries(plan, context.canaries).filter((expectation) => expectation.expected);
  // Only a dump brings these back. One that is there already came from somewhere else, such as an entrypoint's own copy.
  const byDump = new Set(expected.filter(({ by }) => by.every((way) => way === 'dump')).map(({ id }) => id));
  const looked = await checkCanaries(
    data,
    context.canaries.filter(({ id }) => byDump.has(id)),
  );
  const before = await watch.time('restore hooks before', () => runHooks(data, plan, 'restore-pre', hookLimit));
  await watch.time('dumps restored', () => restoreVolumes(context, snapshot, dumps));
  const after = await watch.time('restore hooks after', () => runHooks(data, plan, 'restore-post', hookLimit));
  return {
    hooks: [...before, ...after],
    expected: expected.map((expectation) => expectation.id),
    early: looked.filter(({ found }) => found).map(({ id }) => id),
    steps: watch.steps,
    ms: performance.now() - started,
  };
}

async function restoreVolumes(
  context: BackupContext,
  snapshot: string,
  volumes: readonly PlacedVolume[],
): Promise<void> {
  if (volumes.length === 0) return;
  await restorePaths(context.repository, snapshot, {
    include: volumes.flatMap(coveredPaths),
    target: '/',
    writable: volumes.map((volume) => volume.root),
    timeoutMs: context.resticTimeoutMs ?? RESTIC_TIMEOUT_MS,
    signal: context.signal,
  });
}

/** Removes what the backup covers of a volume. Apart from us: in a dump volume the app still runs, and may set traps with links. */
async function removeCovered({ root, paths }: PlacedVolume): Promise<void> {
  const limits = { readOnly: [], writable: [root] };
  if (paths === undefined) {
    await mustRun(confine(['find', root, '-mindepth', '1', '-delete'], limits));
  } else if (paths.length > 0) {
    await mustRun(confine(['rm', '-rf', '--', ...paths.map((path) => `${root}/${path}`)], limits));
  }
}
