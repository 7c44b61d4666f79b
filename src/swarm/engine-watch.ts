import { CodedError, messageOf } from '../base/errors.ts';
import type { Engine } from './engine.ts';
import { openTransport } from './engine-http.ts';

/** Fires when the Engine ends or restarts. Disposal ends the watch. */
export interface EngineWatch extends Disposable {
  /** Its reason is `E_ENGINE_LOST`, a fault of the infrastructure. */
  readonly signal: AbortSignal;
}

/**
 * Holds a connection to the Engine open that ends when the Engine does. A daemon closes its connections before it stops the
 * first container, and the kernel closes those of one that was killed: so this is known before anything that it causes is seen.
 */
export async function watchEngine(engine: Engine): Promise<EngineWatch> {
  const lost = new AbortController();
  const own = new AbortController();
  const transport = openTransport(engine.socket, '');
  // The Engine's events about itself: next to none, and none that matter.
  const query = { filters: JSON.stringify({ type: ['daemon'] }) };
  const connection = await transport.stream('GET', '/events', { query, signal: own.signal });
  const end = (why: string) => {
    if (own.signal.aborted) return;
    lost.abort(
      new CodedError({
        code: 'E_ENGINE_LOST',
        message: `the Docker Engine ended or restarted during the run (${engine.socket})`,
        fault: 'infrastructure',
        hint: 'start the run again once the Engine is up; what was seen of the app by then says nothing about the recipe',
        evidence: [why],
      }),
    );
  };
  connection.once('error', (error: unknown) => end(messageOf(error)));
  connection.once('close', () => end(`the connection to ${engine.socket} was closed`));
  connection.resume();
  return {
    signal: lost.signal,
    [Symbol.dispose]() {
      own.abort();
      transport.close();
    },
  };
}
