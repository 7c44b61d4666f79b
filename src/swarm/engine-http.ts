import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { CodedError, messageOf } from '../base/errors.ts';
import { CauseError } from './causes/cause-error.ts';
import { engineSilence } from './causes/engine-not-answering.ts';
import { type Destroyable, PATIENCE, type Patience, type Watched, watchCall } from './engine-patience.ts';

/** What the Engine said no to. `status` is the HTTP status: 404 gone, 409 in use, 503 not a manager. */
export class EngineError extends CodedError {
  readonly status: number;

  constructor(status: number, sentence: string, what: string) {
    super({
      code: 'E_ENGINE',
      message: `the Docker Engine refused ${what}: ${sentence}`,
      fault: 'infrastructure',
      evidence: [sentence],
    });
    this.status = status;
  }
}

/** True when the Engine answered with one of these HTTP statuses. */
export function isEngineStatus(error: unknown, ...statuses: readonly number[]): boolean {
  return error instanceof EngineError && statuses.includes(error.status);
}

interface CallOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Upper bound for the answer to begin, in milliseconds; 60 s unless given. */
  readonly timeoutMs?: number | undefined;
}

/** HTTP to the Engine. Paths come without the API version. */
export interface Transport {
  readonly socket: string;
  /** Calls and reads the whole answer as JSON; undefined where the answer is empty. */
  json<T>(method: string, path: string, options?: CallOptions): Promise<T>;
  /** Calls and hands over the answer's body unread. */
  stream(method: string, path: string, options?: CallOptions): Promise<IncomingMessage>;
  /** Calls and takes the connection over, as exec needs it for its input. */
  hijack(path: string, options?: CallOptions): Promise<{ readonly socket: Duplex; readonly head: Buffer }>;
  close(): void;
}

/** A transport over a unix socket; `prefix` is `/v1.41`, or empty before the version is known. */
export function openTransport(socket: string, prefix: string, patience: Patience = PATIENCE): Transport {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const begin = (method: string, path: string, options: CallOptions, upgrade: boolean): ClientRequest => {
    const body = options.body === undefined ? undefined : Buffer.from(JSON.stringify(options.body));
    const outgoing = request({
      ...(upgrade ? { agent: false as const } : { agent }),
      socketPath: socket,
      method,
      path: `${prefix}${path}${encodeQuery(options.query)}`,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      headers: {
        host: 'docker',
        ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
        ...(upgrade ? { connection: 'Upgrade', upgrade: 'tcp' } : {}),
      },
    });
    outgoing.end(body);
    return outgoing;
  };

  const watch = (outgoing: Destroyable, options: CallOptions) =>
    watchCall(outgoing, { socket, patience, limitMs: options.timeoutMs ?? 60_000 });

  const answer = async (method: string, path: string, options: CallOptions): Promise<IncomingMessage> => {
    for (let attempt = 0; ; attempt += 1) {
      const outgoing = begin(method, path, options, false);
      using watched = watch(outgoing, options);
      try {
        const response = await new Promise<IncomingMessage>((resolve, reject) => {
          outgoing.once('response', resolve);
          outgoing.once('error', reject);
        });
        return response;
      } catch (error: unknown) {
        // The Engine may close an idle kept-alive connection at the moment we reuse it; a read is safe to repeat.
        if (method === 'GET' && outgoing.reusedSocket && codeOf(error) === 'ECONNRESET' && attempt === 0) continue;
        throw asEngineError(watched.reason() ?? error, socket, options.signal);
      }
    }
  };

  const stream = async (method: string, path: string, options: CallOptions = {}): Promise<IncomingMessage> => {
    const response = await answer(method, path, options);
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    const text = await readText(response, socket, options.signal);
    if (status === 304) return response;
    throw new EngineError(status, sentenceOf(text), `${method} ${path}`);
  };

  return {
    socket,
    stream,
    async json<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
      const response = await stream(method, path, options);
      // An answer may also break off in silence.
      using watched = watch(response, options);
      const text = response.statusCode === 304 ? '' : await readText(response, socket, options.signal, watched);
      return (text.trim() === '' ? undefined : JSON.parse(text)) as T;
    },
    hijack(path, options = {}) {
      const outgoing = begin('POST', path, options, true);
      return new Promise((resolve, reject) => {
        const watched = watch(outgoing, options);
        outgoing.once('close', () => watched[Symbol.dispose]());
        outgoing.once('error', (error) => reject(asEngineError(watched.reason() ?? error, socket, options.signal)));
        outgoing.once('upgrade', (_response: IncomingMessage, connection: Duplex, head: Buffer) => {
          watched[Symbol.dispose]();
          resolve({ socket: connection, head });
        });
        outgoing.once('response', (response: IncomingMessage) => {
          readText(response, socket, options.signal).then(
            (text) => reject(new EngineError(response.statusCode ?? 0, sentenceOf(text), `POST ${path}`)),
            reject,
          );
        });
      });
    },
    close: () => agent.destroy(),
  };
}

function encodeQuery(query: CallOptions['query']): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  if (pairs.length === 0) return '';
  return `?${new URLSearchParams(pairs.map(([key, value]): [string, string] => [key, String(value)])).toString()}`;
}

async function readText(
  response: IncomingMessage,
  socket: string,
  signal: AbortSignal | undefined,
  watched?: Watched,
): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch (error: unknown) {
    throw asEngineError(watched?.reason() ?? error, socket, signal);
  }
  return Buffer.concat(chunks).toString();
}

function sentenceOf(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed) return String(parsed.message).trim();
  } catch {
    // Not JSON: a proxy or a very old daemon; its text is the sentence.
  }
  return text.trim() === '' ? 'no reason given' : text.trim();
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** Cancellation stays what the canceller gave as its reason; everything else on this socket means that the Engine is gone. */
export function asEngineError(error: unknown, socket: string, signal: AbortSignal | undefined): Error {
  if (error instanceof CodedError) return error;
  if (signal?.aborted === true) return signal.reason instanceof Error ? signal.reason : new Error('cancelled');
  const silence = engineSilence(socket, messageOf(error), { mayNotUse: codeOf(error) === 'EACCES' });
  return new CauseError('E_ENGINE_GONE', silence, error);
}
