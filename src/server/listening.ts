import type { Store } from '../store/store.ts';
import { type Loop, startLoop } from './loop.ts';

const RECONNECT_MS = 2000;

/** Listens to a channel of the database for as long as the server lives, and connects again when the connection is lost. */
export function listenTo(store: Store, channel: string, onWake: () => void, log: (line: string) => void): Loop {
  return startLoop({
    name: `notifications of ${channel}`,
    everyMs: RECONNECT_MS,
    log,
    async round(signal) {
      const client = await store.connect();
      const ended = new Promise<void>((resolve) => client.once('end', resolve));
      const end = () => void client.end().catch(() => undefined);
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();
      try {
        client.on('notification', onWake);
        await client.query(`listen ${client.escapeIdentifier(channel)}`);
        // What was said while nobody listened.
        onWake();
        await ended;
      } finally {
        signal.removeEventListener('abort', end);
        end();
      }
    },
  });
}
