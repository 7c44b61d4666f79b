import { join } from 'node:path';
import { CodedError } from '../base/errors.ts';
import { type Lock, tryLock } from '../base/lock.ts';
import type { StatePaths } from '../config/paths.ts';

export interface PortWait {
  readonly ports: readonly number[];
  /** Upper bound for all of them together. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Told once for each port that another run holds. */
  readonly onWait: (port: number) => void;
}

const TRY_MS = 1000;

/**
 * Takes the ports of this host that a stack publishes, one run at a time: in ascending order, so that two runs never wait
 * for each other. The locks are the host's, as its ports are, and leave no file. `E_PORT_BUSY` when one is not free in time.
 */
export async function lockPorts(paths: Pick<StatePaths, 'hostLocks'>, wait: PortWait): Promise<AsyncDisposable> {
  const held = new AsyncDisposableStack();
  const until = performance.now() + wait.timeoutMs;
  try {
    for (const port of wait.ports.toSorted((a, b) => a - b)) {
      const lock = held.use(await lockPort(paths, port, until, wait));
      // While it is held; whoever waits for it takes the lock of a new file.
      held.defer(() => lock.removeFile());
    }
    return held;
  } catch (error: unknown) {
    await held.disposeAsync();
    throw error;
  }
}

async function lockPort(
  paths: Pick<StatePaths, 'hostLocks'>,
  port: number,
  until: number,
  { signal, onWait }: PortWait,
): Promise<Lock> {
  const path = join(paths.hostLocks, `port-${port}.lock`);
  for (let attempt = 0; ; attempt += 1) {
    // The kernel wakes the waiter when the lock is free; the bound only lets a cancelled run notice that it is.
    const lock = await tryLock(path, attempt === 0 ? {} : { waitMs: TRY_MS });
    if (lock !== undefined) return lock;
    if (attempt === 0) onWait(port);
    signal.throwIfAborted();
    if (performance.now() < until) continue;
    throw new CodedError({
      code: 'E_PORT_BUSY',
      message: `port ${port} of this host is held by another run`,
      fault: 'infrastructure',
      hint: 'try again when that run has ended',
    });
  }
}
