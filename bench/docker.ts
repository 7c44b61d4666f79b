import { Agent, type IncomingMessage, request } from 'node:http';
import { delay } from '../src/base/deadline.ts';

/** The least client of the Engine that does the job: what `src/swarm` is measured against must not be made of it. */
export interface Docker {
  readonly socket: string;
  /** One call. A refusal of the Engine is an answer like any other: look at the status. */
  call<T>(method: string, path: string): Promise<Answer<T>>;
  /** Subscribes to events; resolves when the Engine has begun to send them. */
  events(filters: Filters, signal: AbortSignal): Promise<AsyncIterable<EngineEvent>>;
  close(): void;
}

export interface Answer<T> {
  readonly status: number;
  readonly value: T;
}

export interface EngineEvent {
  readonly Action: string;
  readonly timeNano: number;
}

type Filters = Readonly<Record<string, readonly string[]>>;

const ANSWER_MS = 30_000;
const WAIT_MS = 60_000;

/** Opens the socket of an Engine. */
export function openDocker(socket: string): Docker {
  const agent = new Agent({ keepAlive: true });
  const send = (method: string, path: string, signal?: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const call = request({
        agent,
        socketPath: socket,
        method,
        path: `/v1.41${path}`,
        headers: { host: 'docker' },
        ...(signal === undefined ? {} : { signal }),
      });
      call.setTimeout(ANSWER_MS, () => call.destroy(new Error(`no answer to ${method} ${path}`)));
      call.once('error', reject);
      call.once('response', (response) => {
        call.setTimeout(0);
        resolve(response);
      });
      call.end();
    });
  return {
    socket,
    async call<T>(method: string, path: string): Promise<Answer<T>> {
      const response = await send(method, path);
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      return { status: response.statusCode ?? 0, value: (/^[[{]/.test(text) ? JSON.parse(text) : undefined) as T };
    },
    async events(filters, signal) {
      return readEvents(await send('GET', `/events${filterQuery(filters)}`, signal), signal);
    },
    close: () => agent.destroy(),
  };
}

async function* readEvents(response: IncomingMessage, signal: AbortSignal): AsyncGenerator<EngineEvent> {
  let rest = '';
  try {
    for await (const chunk of response) {
      rest += String(chunk);
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield JSON.parse(line) as EngineEvent;
    }
  } catch (error: unknown) {
    if (!signal.aborted) throw error;
  }
}

/** `?filters=…` as the Engine reads it. */
export function filterQuery(filters: Filters): string {
  return `?filters=${encodeURIComponent(JSON.stringify(filters))}`;
}

/** Asks every 20 ms until something is so, at most a minute: how a script waits. */
export async function until<T>(
  what: string,
  signal: AbortSignal,
  check: () => Promise<T | undefined | false>,
): Promise<T> {
  const bound = performance.now() + WAIT_MS;
  while (performance.now() < bound) {
    const value = await check();
    if (value !== undefined && value !== false) return value;
    await delay(20, signal);
  }
  throw new Error(`${what}: not so within ${WAIT_MS / 1000} s`);
}
