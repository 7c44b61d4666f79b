import { CodedError } from './errors.ts';

/** An upper bound on a wait: a moment, and a signal that fires when it has come or when an outer bound or cancellation has. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** Milliseconds left, 0 when over. */
  remainingMs(): number;
  /** True when the time ran out (rather than an outer cancellation). */
  expired(): boolean;
}

/** Starts a deadline `ms` from now, within an outer signal where there is one. */
export function startDeadline(ms: number, outer?: AbortSignal): Deadline {
  const until = performance.now() + ms;
  const own = new AbortController();
  const timer = setTimeout(
    () =>
      own.abort(
        new CodedError({
          code: 'E_DEADLINE',
          message: `not done within ${Math.round(ms / 1000)} s`,
          fault: 'infrastructure',
        }),
      ),
    ms,
  );
  timer.unref();
  const signal = outer === undefined ? own.signal : AbortSignal.any([own.signal, outer]);
  return {
    signal,
    remainingMs: () => Math.max(0, until - performance.now()),
    expired: () => own.signal.aborted,
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

/** The answer of a question, or `E_DEADLINE` when it has not come after `ms`; then nobody waits for it any more. */
export async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  using deadline = startDeadline(ms);
  const late = new Promise<never>((_resolve, reject) => {
    deadline.signal.addEventListener('abort', () => reject(asError(deadline.signal.reason)), { once: true });
  });
  return await Promise.race([answer, late]);
}

/** Sleeps, and rejects with the signal's reason as soon as it fires. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(asError(signal.reason));
      return;
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    const onAbort = () => {
      clearTimeout(timer);
      reject(asError(signal?.reason));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
