import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { Exchange, LocalAnswer, ResponseHeaders } from '../middlewares/types.ts';
import { ROUTER_HEADER } from '../router-header.ts';

export type Response = ServerResponse | Http2ServerResponse;

/** An answer of the router itself. Status and text are those of Traefik; the header says why. */
export function ownAnswer(status: number, reason: string): LocalAnswer {
  const body =
    status === 404 ? '404 page not found\n' : status === 503 ? 'no available server\n' : (STATUS_CODES[status] ?? '');
  return {
    status,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      [ROUTER_HEADER]: reason,
    },
    body,
  };
}

/** What a failed connection to a task means to the client, as Traefik maps it. */
export function failureAnswer(error: Error): LocalAnswer {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.message;
  if (/TIMEDOUT|TIMEOUT/.test(code)) return ownAnswer(504, `task-timeout ${code}`);
  if (/^(?:ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|EPIPE|HPE_\w+)$/.test(code)) {
    return ownAnswer(502, `task-unreachable ${code}`);
  }
  return ownAnswer(500, `task-failed ${code}`);
}

/** Headers of a local answer after the middlewares outside of it had their say. */
export function finalHeaders(answer: LocalAnswer, exchange: Exchange | undefined): Record<string, string | string[]> {
  const headers: ResponseHeaders = { ...answer.headers };
  for (const change of exchange?.onResponse.toReversed() ?? []) change(headers);
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** Sends a local answer as the whole response. */
export function sendAnswer(response: Response, answer: LocalAnswer, exchange?: Exchange): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(finalHeaders(answer, exchange))) response.setHeader(name, value);
  response.end(answer.body);
}

/** Sends a local answer to a client that asked for an upgrade, and closes. */
export function sendOnSocket(socket: Duplex, answer: LocalAnswer, exchange?: Exchange): void {
  const lines = Object.entries(finalHeaders(answer, exchange)).flatMap(([name, value]) =>
    [value].flat().map((one) => `${name}: ${one}`),
  );
  const length = Buffer.byteLength(answer.body);
  socket.end(
    [
      `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}`,
      ...lines,
      `content-length: ${length}`,
      'connection: close',
      '',
      answer.body,
    ].join('\r\n'),
  );
}
