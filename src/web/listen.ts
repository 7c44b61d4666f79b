import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CodedError, messageOf } from '../base/errors.ts';
import { type Answer, plain, sendAnswer } from './answer.ts';

/** A request with its path already read. */
export interface WebRequest {
  readonly method: string;
  /** Decoded parts of the path: `/runs/a%20b/` is `['runs', 'a b', '']`. */
  readonly path: readonly string[];
  readonly message: IncomingMessage;
}

/** Answers a request, or takes over its response and returns undefined when it is done with it. */
export type Handler = (request: WebRequest, response: ServerResponse) => Promise<Answer | undefined>;

/** By the first part of the path; `''` is the front page. */
export type Routes = Readonly<Record<string, Handler>>;

export interface WebServer {
  readonly url: string;
  /** Takes no more requests, and resolves when the open ones are answered or it has lasted too long. */
  stop(): Promise<void>;
}

export interface ListenOptions {
  /** Address and port; port 0 takes a free one. */
  readonly listen: string;
  readonly routes: Routes;
  readonly log: (line: string) => void;
}

const HEADERS_MS = 10_000;
const REQUEST_MS = 120_000;
/** So long may an answer that was begun still take once we end. A connection that asks nothing is not waited for. */
const LAST_MS = 3000;

/** Starts the web server. `E_LISTEN` when its address is taken or not ours. */
export async function startWeb({ listen, routes, log }: ListenOptions): Promise<WebServer> {
  const server = createServer({ headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS }, (request, response) => {
    answer(routes, request, response).catch((error: unknown) => {
      log(`${request.method ?? ''} ${request.url ?? ''}: ${messageOf(error)}`);
      if (response.headersSent) response.destroy();
      else void sendAnswer(response, plain(500, 'something went wrong here; the log says what'), request.method);
    });
  });
  const at = listen.lastIndexOf(':');
  const host = listen.slice(0, at).replace(/^\[|\]$/g, '');
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new CodedError({
          code: 'E_LISTEN',
          message: `cannot listen on ${listen}: ${error.message}`,
          fault: 'usage',
          where: { key: 'listen' },
        }),
      ),
    );
    server.listen(Number(listen.slice(at + 1)), host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${listen.slice(0, at)}:${port}`,
    stop: () =>
      new Promise((resolve) => {
        const impatient = setTimeout(() => server.closeAllConnections(), LAST_MS);
        server.close(() => {
          clearTimeout(impatient);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

async function answer(routes: Routes, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = partsOf(message.url ?? '/');
  const first = path?.[0] ?? '';
  // Of our own routes: every object has a `constructor`, too.
  const handler = path !== undefined && Object.hasOwn(routes, first) ? routes[first] : undefined;
  const request = { method: message.method ?? 'GET', path: path ?? [], message };
  const made = handler === undefined ? plain(404, 'there is nothing here') : await handler(request, response);
  if (made !== undefined) await sendAnswer(response, made, message.method);
}

/** Undefined for what is no path: an escape that decodes to nothing, a zero byte, a slash within a name. */
function partsOf(url: string): string[] | undefined {
  try {
    const parts = (url.split('?')[0] ?? '').slice(1).split('/').map(decodeURIComponent);
    return parts.some((part) => /[/\\\0]/.test(part)) ? undefined : parts;
  } catch {
    return undefined;
  }
}

/** Wraps a handler that only shows something. */
export function readOnly(handler: (request: WebRequest) => Promise<Answer>): Handler {
  return async (request) =>
    request.method === 'GET' || request.method === 'HEAD'
      ? handler(request)
      : { ...plain(405, 'this can only be read'), headers: { allow: 'GET, HEAD' } };
}
