import { delay } from '../base/deadline.ts';
import type { Engine } from './engine.ts';

/** How often the Engine is asked whether it is still there, while something else talks to it. */
const PING_EVERY_MS = 5000;

/**
 * Does a piece of work that only waits for the Engine, such as a run of the docker CLI, and ends it with `E_ENGINE_GONE` when
 * the Engine does not answer any more: the CLI itself would wait for it without end.
 */
export async function whileAnswering<T>(
  engine: Pick<Engine, 'ping'>,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
  everyMs = PING_EVERY_MS,
): Promise<T> {
  const own = new AbortController();
  const done = new AbortController();
  let silence: unknown;
  const watch = async () => {
    for (;;) {
      await delay(everyMs, done.signal);
      await engine.ping();
    }
  };
  watch().catch((error: unknown) => {
    if (done.signal.aborted) return;
    silence = error;
    own.abort();
  });
  const signal = outer === undefined ? own.signal : AbortSignal.any([own.signal, outer]);
  try {
    const result = await work(signal);
    if (silence === undefined) return result;
  } catch (error: unknown) {
    // What the work made of being ended says nothing.
    if (silence === undefined) throw error;
  } finally {
    done.abort();
  }
  throw silence;
}
