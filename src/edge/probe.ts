import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { ROUTER_HEADER } from './router-header.ts';
import type { Edge, ProbeAnswer } from './types.ts';

const MAX_BODY = 8 * 1024;

export interface ProbeRequest {
  readonly host: string;
  readonly path: string;
  readonly scheme?: 'https' | 'http' | undefined;
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds for the whole exchange; 10 s unless given. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks the proxy on loopback for a host's path, with SNI and `Host`, never by DNS. Does not follow redirects and never
 * rejects: a failure is part of the answer. The certificate is checked against our authority where it is ours.
 */
export async function probe(edge: Edge, wanted: ProbeRequest): Promise<ProbeAnswer> {
  const authority =
    edge.authorityFile === undefined ? undefined : await readFile(edge.authorityFile).catch(() => undefined);
  return probeWith(edge, wanted, authority);
}

/** `probe` with the authority's certificate read beforehand. */
export function probeWith(edge: Edge, wanted: ProbeRequest, authority: Buffer | undefined): Promise<ProbeAnswer> {
  const started = performance.now();
  const scheme = wanted.scheme ?? 'https';
  const url = `${scheme}://${wanted.host}${wanted.path}`;
  return new Promise((resolve) => {
    const fail = (error: unknown): void => {
      const text = errorText(error);
      resolve({ url, status: undefined, headers: {}, body: '', error: text, ms: since(started), fromProxy: false });
    };
    const timeout = AbortSignal.timeout(wanted.timeoutMs ?? 10_000);
    const signal = wanted.signal === undefined ? timeout : AbortSignal.any([timeout, wanted.signal]);
    const onAnswer = (answer: IncomingMessage): void => {
      const chunks: Buffer[] = [];
      let size = 0;
      const done = (): void => {
        const body = Buffer.concat(chunks).toString('utf8', 0, MAX_BODY);
        const headers = flatten(answer.headers);
        const status = answer.statusCode ?? 0;
        resolve({
          url,
          status,
          headers,
          body,
          error: undefined,
          ms: since(started),
          fromProxy: isFromProxy(edge, status, headers, body),
        });
      };
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size < MAX_BODY) return;
        done();
        answer.destroy();
      });
      answer.on('end', done);
      answer.on('error', fail);
    };
    const common = {
      host: edge.address,
      path: wanted.path,
      method: wanted.method ?? 'GET',
      headers: { host: wanted.host, ...wanted.headers },
      agent: false,
      signal,
    } as const;
    const request =
      scheme === 'http'
        ? httpRequest({ ...common, port: edge.httpPort }, onAnswer)
        : httpsRequest(
            {
              ...common,
              port: edge.httpsPort,
              servername: wanted.host,
              rejectUnauthorized: authority !== undefined,
              ...(authority === undefined ? {} : { ca: authority }),
            },
            onAnswer,
          );
    request.on('error', (error) => fail(timeout.aborted ? 'timeout' : error));
    request.end();
  });
}

/** Whether an answer tells about the proxy rather than the app. A foreign Traefik's own pages are known by their text. */
function isFromProxy(edge: Edge, status: number, headers: Readonly<Record<string, string>>, body: string): boolean {
  if (edge.kind === 'built-in') return ROUTER_HEADER in headers;
  const own: Readonly<Record<number, string>> = {
    404: '404 page not found',
    500: 'Internal Server Error',
    502: 'Bad Gateway',
    503: 'no available server',
    504: 'Gateway Timeout',
  };
  return own[status] === body.trim();
}

function flatten(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, [value].flat().join(', ')]],
    ),
  );
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

function since(started: number): number {
  return Math.round(performance.now() - started);
}
