import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { defineMiddleware, type Exchange, type LocalAnswer, MiddlewareError } from './types.ts';

const TIMEOUT_MS = 30_000;
const MAX_BODY = 1024 * 1024;

/** Headers that belong to one connection only. */
const HOP = [
  'connection',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
];

/** Asks another server whether a request may pass: any 2xx lets it, every other answer goes to the client, no answer is 500. */
export const forwardAuth = defineMiddleware({
  key: 'forwardAuth',
  shape: {
    fields: {
      address: 'string',
      trustForwardHeader: 'bool',
      authResponseHeaders: 'list',
      authRequestHeaders: 'list',
      authResponseHeadersRegex: 'unsupported',
      addAuthCookiesToResponse: 'unsupported',
      forwardBody: 'unsupported',
      maxBodySize: 'int',
      maxResponseBodySize: 'int',
      headerField: 'unsupported',
      preserveLocationHeader: 'bool',
      preserveRequestMethod: 'unsupported',
      tls: 'unsupported',
    },
  },
  build: (config) => {
    let address: URL;
    try {
      address = new URL(config.address ?? '');
    } catch {
      throw new MiddlewareError('`address` is not a URL');
    }
    return async (exchange) => {
      const answer = await ask(address, askHeaders(exchange, config.authRequestHeaders)).catch(() => undefined);
      if (answer === undefined) return { status: 500, headers: {}, body: '' };
      if (answer.status < 200 || answer.status > 299) return answer;
      for (const name of config.authResponseHeaders ?? []) {
        const value = answer.headers[name.toLowerCase()];
        if (value === undefined) delete exchange.headers[name.toLowerCase()];
        else exchange.headers[name.toLowerCase()] = value;
      }
      return undefined;
    };
  },
});

function askHeaders(exchange: Exchange, only: readonly string[] | undefined): Record<string, string | string[]> {
  const result: Record<string, string | string[]> = {};
  const wanted = only?.map((name) => name.toLowerCase());
  for (const [name, value] of Object.entries(exchange.headers)) {
    if (value === undefined || name.startsWith(':') || name === 'host' || HOP.includes(name)) continue;
    if (wanted !== undefined && !wanted.includes(name)) continue;
    result[name] = value;
  }
  return {
    ...result,
    'x-forwarded-method': exchange.method,
    'x-forwarded-proto': exchange.secure ? 'https' : 'http',
    'x-forwarded-host': exchange.host,
    'x-forwarded-uri': exchange.url,
    'x-forwarded-for': exchange.clientAddress,
  };
}

function ask(address: URL, headers: Record<string, string | string[]>): Promise<LocalAnswer> {
  const send = address.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const onAnswer = (answer: IncomingMessage): void => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        if (body.length < MAX_BODY) body += chunk;
      });
      answer.on('error', reject);
      answer.on('end', () => {
        const kept = Object.entries(answer.headers).flatMap(([name, value]) =>
          value === undefined || HOP.includes(name) ? [] : [[name, value] as const],
        );
        resolve({ status: answer.statusCode ?? 502, headers: Object.fromEntries(kept), body });
      });
    };
    const request = send(address, { method: 'GET', headers, agent: false, timeout: TIMEOUT_MS }, onAnswer);
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', reject);
    request.end();
  });
}
