import { delay } from '../base/deadline.ts';
import type { ApiEvent } from './api-types.ts';
import type { Engine } from './engine.ts';
import type { EventOptions } from './engine-events.ts';

/** Events as something to wait on: what came since the last wait is not missed. */
export interface Doorbell extends Disposable {
  /** Resolves at the next event, at once if one came since the last call, after `maxMs` at the latest. Rejects on abort. */
  wait(maxMs: number): Promise<'event' | 'time'>;
}

/** Subscribes to events; `onEvent` decides with `true` that one rings. A lost Engine rejects the next wait. */
export function watchEvents(
  engine: Engine,
  options: EventOptions,
  onEvent: (event: ApiEvent) => boolean = () => true,
): Doorbell {
  const own = new AbortController();
  const signal = AbortSignal.any([own.signal, options.signal]);
  let rung = false;
  let failure: unknown;
  let wake: (() => void) | undefined;
  const pump = async () => {
    for await (const event of engine.events({ ...options, signal })) {
      if (!onEvent(event)) continue;
      rung = true;
      wake?.();
    }
  };
  pump().catch((error: unknown) => {
    failure = error;
    wake?.();
  });
  return {
    async wait(maxMs) {
      if (!rung && failure === undefined) {
        const timer = new AbortController();
        const bell = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const time = delay(maxMs, AbortSignal.any([timer.signal, options.signal])).catch(() => undefined);
        await Promise.race([bell, time]);
        timer.abort();
        wake = undefined;
      }
      options.signal.throwIfAborted();
      if (failure !== undefined) throw failure;
      const outcome = rung ? 'event' : 'time';
      rung = false;
      return outcome;
    },
    [Symbol.dispose]: () => own.abort(),
  };
}
