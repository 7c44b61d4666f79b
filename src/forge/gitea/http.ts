import type { z } from 'zod';
import { delay } from '../../base/deadline.ts';
import { messageOf } from '../../base/errors.ts';
import { append } from '../../base/lists.ts';
import { ForgeError } from '../errors.ts';
import { Problem } from './schemas.ts';

export interface ForgeHttpOptions {
  /** Base URL without `/api/v1`, e.g. `https://git.example.org`. */
  readonly url: string;
  /** Read at every request, so that a token can be changed while we run. Undefined asks as nobody. */
  readonly token: () => Promise<string | undefined>;
  readonly timeoutMs?: number | undefined;
  /** So often a question that changes nothing is asked again when the forge did not answer or was busy. */
  readonly retries?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ForgeRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Below `/api/v1/`, its parts already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly body?: unknown;
}

export interface ForgeAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body; undefined when there was none. */
  readonly body: unknown;
}

/** An API answer is at most so large; the forge's own pages hold 50 items. */
const MOST_BYTES = 16 * 1024 * 1024;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;

/** Talks to the API of one forge. */
export interface ForgeHttp {
  /** The answer, whatever its status below 500 (429 and 5xx are `busy`). Redirects are not followed: here they mean no. */
  ask(request: ForgeRequest): Promise<ForgeAnswer>;
  /** The answer's body, which has to be a success and of this form. */
  read<T>(request: ForgeRequest, schema: z.ZodType<T>): Promise<T>;
  /** All items of a list, page by page. */
  readAll<T>(path: string, query: Readonly<Record<string, string>>, schema: z.ZodType<T>): Promise<T[]>;
}

export function forgeHttp(options: ForgeHttpOptions): ForgeHttp {
  const { timeoutMs = 15_000, retries = 3, signal } = options;

  const once = async (request: ForgeRequest): Promise<ForgeAnswer> => {
    const url = new URL(`api/v1/${request.path}`, options.url.endsWith('/') ? options.url : `${options.url}/`);
    for (const [key, value] of Object.entries(request.query ?? {})) url.searchParams.set(key, value);
    const what = `${request.method} ${url.origin}${url.pathname}`;
    const timeout = AbortSignal.timeout(timeoutMs);
    let response: Response;
    let text: string;
    try {
      const token = await options.token();
      response = await fetch(url, {
        method: request.method,
        redirect: 'manual',
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
        headers: {
          accept: 'application/json',
          ...(token === undefined ? {} : { authorization: `token ${token}` }),
          ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      });
      text = await readBounded(response, what);
    } catch (error: unknown) {
      if (error instanceof ForgeError || signal?.aborted === true) throw error;
      const why = timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(error);
      throw new ForgeError({ failure: 'unreachable', message: `${what}: ${why}`, cause: error });
    }
    if (response.status === 429 || response.status >= 500) {
      throw new ForgeError({
        failure: 'busy',
        status: response.status,
        retryAfterMs: retryAfter(response.headers),
        message: `${what}: the forge answered ${response.status} ${problemIn(text)}`.trimEnd(),
      });
    }
    return { status: response.status, headers: response.headers, body: parse(text, what, response.status) };
  };

  const ask = async (request: ForgeRequest): Promise<ForgeAnswer> => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await once(request);
      } catch (error: unknown) {
        if (!(error instanceof ForgeError) || !mayRepeat(request, error) || attempt >= retries) throw error;
        // Spread, so that many of us do not come back at the same moment.
        const pause = FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random() / 2);
        await delay(Math.min(error.retryAfterMs ?? pause, LONGEST_PAUSE_MS), signal);
      }
    }
  };

  const read = async <T>(request: ForgeRequest, schema: z.ZodType<T>): Promise<T> => {
    const answer = await ask(request);
    const what = `${request.method} ${options.url} ${request.path}`;
    if (answer.status < 200 || answer.status > 299) throw refused(what, answer);
    return check(what, answer.body, schema);
  };

  return {
    ask,
    read,
    async readAll(path, query, schema) {
      const items: Parameters<typeof schema.parse>[0][] = [];
      for (let page = 1; ; page += 1) {
        // `limit` counts only together with `page`, and the forge may allow fewer: its total decides.
        const request = { method: 'GET', path, query: { ...query, limit: '50', page: String(page) } } as const;
        const answer = await ask(request);
        const what = `GET ${options.url} ${path}`;
        if (answer.status !== 200) throw refused(what, answer);
        const found = Array.isArray(answer.body) ? (answer.body as unknown[]) : [];
        if (answer.body !== null && !Array.isArray(answer.body)) throw unreadable(what, 'a list was expected');
        append(items, found);
        const total = Number(answer.headers.get('x-total-count') ?? Number.NaN);
        if (found.length === 0 || !(items.length < total || hasNext(answer.headers))) break;
      }
      return items.map((item) => check(`GET ${options.url} ${path}`, item, schema));
    },
  };
}

/** What changes something is repeated only where the forge said that it did nothing. */
function mayRepeat(request: ForgeRequest, error: ForgeError): boolean {
  if (error.failure !== 'unreachable' && error.failure !== 'busy') return false;
  return request.method === 'GET' || error.status === 429 || error.status === 503;
}

function hasNext(headers: Headers): boolean {
  return /rel="next"/.test(headers.get('link') ?? '');
}

async function readBounded(response: Response, what: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) throw unreadable(what, `the answer is larger than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string, what: string, status: number): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // A redirect comes with a page for people.
    if (status >= 300) return undefined;
    throw unreadable(what, 'the answer is no JSON; is there another program at this address?');
  }
}

function check<T>(what: string, body: unknown, schema: z.ZodType<T>): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw unreadable(what, `${issue?.path.join('.') || 'the answer'}: ${issue?.message ?? 'has another form'}`);
}

function unreadable(what: string, why: string): ForgeError {
  return new ForgeError({ failure: 'unreadable', message: `${what}: ${why}` });
}

/** The error for an answer that is no success. */
export function refused(what: string, { status, body }: ForgeAnswer): ForgeError {
  const problem = Problem.safeParse(body);
  const said = problem.success && problem.data.message !== '' ? `: ${problem.data.message}` : '';
  const message = `${what}: the forge answered ${status}${said}`;
  if (status === 401) {
    return new ForgeError({
      failure: 'forbidden',
      status,
      message,
      hint: 'the token is wrong, expired or of another forge',
    });
  }
  if (status === 403) {
    return new ForgeError({
      failure: 'forbidden',
      status,
      message,
      hint: 'the token lacks the scope, or its owner the right',
    });
  }
  if (status === 404) {
    return new ForgeError({
      failure: 'not-found',
      status,
      message,
      hint: 'it is not there, or the token may not see it',
    });
  }
  return new ForgeError({ failure: 'rejected', status, message });
}

function problemIn(text: string): string {
  try {
    const problem = Problem.safeParse(JSON.parse(text));
    return problem.success ? problem.data.message : '';
  } catch {
    return '';
  }
}

/** `Retry-After` in seconds or as a date. */
function retryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && cause.message !== '' ? cause.message : messageOf(error);
}
