import { statfs } from 'node:fs/promises';
import { delay } from '../../base/deadline.ts';
import { CodedError } from '../../base/errors.ts';
import { largest } from '../../base/lists.ts';
import { runProcess } from '../../base/process.ts';
import { formatBytes } from '../../base/text.ts';
import { howToRaise } from '../../config/bounds.ts';
import type { Engine } from '../../swarm/engine.ts';
import { STACK_LABEL } from '../../swarm/types.ts';

/** Disposal ends the watch, and waits for nothing. */
export interface DiskWatch extends Disposable {
  /** Fires when the run has more of the disk than it may; the reason is `E_BOUND`, with the figures. */
  readonly signal: AbortSignal;
}

export interface DiskOptions {
  readonly engine: Engine;
  /** The app's, and those of what it depends on. */
  readonly stackNames: readonly string[];
  /** The run's own: checkouts, the backup, what tests left. */
  readonly directory: string;
  readonly boundBytes: number;
  /** How often the file systems are asked what is free, which costs nothing; a second unless given. */
  readonly lookMs?: number | undefined;
}

/** A file takes a place in its file system's list of files, too: millions of empty ones fill a disk. */
const FILE_BYTES = 4096;
/** However little the disk has lost: others may have given back meanwhile what a run has taken. */
const MEASURE_AT_LEAST_MS = 60_000;
/** To go through files takes processor time that the app lacks: no more than one part in so many. */
const PAUSE_FACTOR = 20;
const DU_MS = 60_000;

/**
 * Watches what a run has of the disk: its own directory, the volumes of its containers and what these wrote beside them. That is only
 * measured once the disk has lost half of what the run may have; what cannot be seen from here (an Engine elsewhere) counts by the
 * Engine's own word.
 */
export function watchDisk(options: DiskOptions): DiskWatch {
  const passed = new AbortController();
  const stop = new AbortController();
  watch(options, stop.signal, (bytes) => passed.abort(beyond(bytes, options.boundBytes))).catch((error: unknown) => {
    // Without it the run would be unbound, and would not say so.
    passed.abort(error);
  });
  return { signal: passed.signal, [Symbol.dispose]: () => stop.abort() };
}

function beyond(bytes: number, boundBytes: number): CodedError {
  return new CodedError({
    code: 'E_BOUND',
    message: `the run holds ${formatBytes(bytes)} of disk, and may hold ${formatBytes(boundBytes)}, cc-ci’s bound`,
    fault: 'usage',
    hint: howToRaise('diskMiB'),
  });
}

async function watch(options: DiskOptions, stop: AbortSignal, onPassed: (bytes: number) => void): Promise<void> {
  const { engine, directory, boundBytes, lookMs = 1000 } = options;
  const places = [
    directory,
    ...(await engine.info().then(
      ({ DockerRootDir }) => [DockerRootDir],
      () => [],
    )),
  ];
  let most = await Promise.all(places.map(readFree));
  let measuredAt = performance.now();
  let pauseMs = lookMs;
  for (;;) {
    // An end of the watch is no failure of it.
    await delay(pauseMs, stop).catch(() => undefined);
    if (stop.aborted) return;
    pauseMs = lookMs;
    const after = await Promise.all(places.map(readFree));
    // From the most that was ever free: what others give back must not hide what this run takes.
    most = most.map((free, index) => (free === undefined ? undefined : Math.max(free, after[index] ?? 0)));
    const lost = largest(most.map((free, index) => (free ?? Infinity) - (after[index] ?? 0)));
    if (lost < boundBytes / 2 && performance.now() - measuredAt < MEASURE_AT_LEAST_MS) continue;
    const began = performance.now();
    // What the Engine does not tell now is asked again. A tree that is too large to be gone through in a minute is most of what the disk has lost.
    const bytes = (await measureDisk(options, stop).catch(() => 0)) ?? (Number.isFinite(lost) ? lost : 0);
    measuredAt = performance.now();
    if (stop.aborted) return;
    if (bytes > boundBytes) return onPassed(bytes);
    pauseMs = Math.max(lookMs, (measuredAt - began) * PAUSE_FACTOR);
  }
}

/** Undefined where it cannot be seen from here. */
async function readFree(path: string): Promise<number | undefined> {
  const free = await statfs(path).catch(() => undefined);
  return free === undefined ? undefined : free.bavail * free.bsize + free.ffree * FILE_BYTES;
}

/**
 * What a run has of the disk now, in bytes and 4 KiB for each file; undefined when it cannot be gone through in a minute. Files that
 * cannot be seen from here count by the Engine's own word.
 */
export async function measureDisk(
  { engine, stackNames, directory }: DiskOptions,
  signal: AbortSignal,
): Promise<number | undefined> {
  const paths = new Set([directory]);
  let told = 0;
  for (const stackName of stackNames) {
    const label = [`${STACK_LABEL}=${stackName}`];
    const [containers, volumes] = await Promise.all([engine.containers({ label }), engine.volumes({ label })]);
    for (const { Mountpoint } of volumes) paths.add(Mountpoint);
    for (const { Id, Mounts = [] } of containers) {
      // An anonymous volume carries no label of the stack.
      for (const { Type, Source } of Mounts) if (Type === 'volume' && Source !== undefined) paths.add(Source);
      const layer = await engine.container(Id).then(
        ({ GraphDriver }) => GraphDriver?.Data?.['UpperDir'],
        () => undefined,
      );
      if (layer === undefined) told += await engine.containerSize(Id).catch(() => 0);
      else paths.add(layer);
    }
  }
  const [bytes, files] = await Promise.all([du(['--block-size=1'], paths, signal), du(['--inodes'], paths, signal)]);
  return bytes === undefined || files === undefined ? undefined : told + bytes + files * FILE_BYTES;
}

/** What takes room, not what a file's length says; undefined when it takes too long. */
async function du(
  flags: readonly string[],
  paths: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<number | undefined> {
  const options = { timeoutMs: DU_MS, signal };
  const { stdout, timedOut } = await runProcess(
    ['du', '--summarize', '--one-file-system', ...flags, '--', ...paths],
    options,
  );
  if (timedOut) return undefined;
  // Files go while they are counted, and `du` then ends with 1.
  return stdout.split('\n').reduce((sum, line) => sum + (Number.parseInt(line, 10) || 0), 0);
}
