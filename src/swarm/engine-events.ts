import { delay } from '../base/deadline.ts';
import type { ApiEvent } from './api-types.ts';
import { asEngineError, EngineError, type Transport } from './engine-http.ts';

export interface EventOptions {
  readonly filters?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Milliseconds since the epoch: events that the Engine still remembers (256 of them) are delivered first. */
  readonly sinceMs?: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * The Engine's events, in order, until the signal fires. A broken connection is taken up again from the last event seen,
 * so a restart of the daemon is bridged as far as its own memory of events goes; after 30 s without an Engine the
 * iteration ends with `E_ENGINE_GONE`.
 */
export async function* followEvents(transport: Transport, options: EventOptions): AsyncGenerator<ApiEvent> {
  const { signal } = options;
  let since = options.sinceMs === undefined ? undefined : (options.sinceMs / 1000).toFixed(3);
  let lastNano = 0;
  const seenAtLast = new Set<string>();
  let goneSince: number | undefined;
  while (!signal.aborted) {
    try {
      const body = await transport.stream('GET', '/events', {
        query: { filters: JSON.stringify(options.filters ?? {}), since },
        signal,
      });
      goneSince = undefined;
      for await (const line of linesOf(body)) {
        const event = JSON.parse(line) as ApiEvent;
        if (event.timeNano < lastNano || seenAtLast.has(line)) continue;
        if (event.timeNano > lastNano) seenAtLast.clear();
        lastNano = event.timeNano;
        seenAtLast.add(line);
        yield event;
      }
    } catch (error: unknown) {
      if (signal.aborted) return;
      if (error instanceof EngineError) throw error;
      goneSince ??= performance.now();
      if (performance.now() - goneSince > 30_000) throw asEngineError(error, transport.socket, signal);
    }
    if (lastNano > 0) since = nanoText(lastNano);
    // Not a wait for a state: only keeps a daemon that refuses connections from being asked in a tight loop.
    await delay(100, signal).catch(() => undefined);
  }
}

/** `timeNano` exceeds what a double holds exactly by a few hundred nanoseconds; earlier is safe, repeats are dropped. */
function nanoText(nano: number): string {
  const safe = BigInt(nano) - 1000n;
  return `${safe / 1_000_000_000n}.${String(safe % 1_000_000_000n).padStart(9, '0')}`;
}

/** Splits a byte stream into its non-empty lines. */
export async function* linesOf(body: AsyncIterable<unknown>): AsyncGenerator<string> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    rest += decoder.decode(chunk as Buffer, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield line;
  }
  if (rest.trim() !== '') yield rest;
}
