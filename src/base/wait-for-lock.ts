import { type Lock, tryLock } from './lock.ts';

export interface LockWait {
  /** Upper bound. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Told once, when another process holds the lock. */
  readonly onWait: () => void;
}

/** How often a waiter looks whether it is cancelled. The kernel wakes it when the lock is free. */
const LOOK_MS = 1000;

/** Takes a lock, waiting for it when another process holds it; undefined when it is not free in time. Rejects when cancelled. */
export async function waitForLock(path: string, { timeoutMs, signal, onWait }: LockWait): Promise<Lock | undefined> {
  const until = performance.now() + timeoutMs;
  for (let attempt = 0; ; attempt += 1) {
    const lock = await tryLock(path, attempt === 0 ? {} : { waitMs: LOOK_MS });
    if (lock !== undefined) return lock;
    if (performance.now() >= until) return undefined;
    if (attempt === 0) onWait();
    signal.throwIfAborted();
  }
}
