import type { IncomingMessage } from 'node:http';
import type { Exchange } from '../middlewares/types.ts';
import { ROUTER_HEADER } from '../router-header.ts';
import { ownAnswer, type Response, sendAnswer } from './answers.ts';
import { removeHopByHop } from './hop-by-hop.ts';

/**
 * Hands a task's answer to the client. A task may answer anything at all: what cannot be said in HTTP becomes a 502, and an
 * answer that breaks off breaks off for the client too, instead of never ending. `reserved` headers are ours to set, and no task's.
 */
export function relayAnswer(
  answer: IncomingMessage,
  response: Response,
  exchange: Exchange | undefined,
  reserved: readonly string[] = [ROUTER_HEADER],
): void {
  const headers = { ...answer.headers };
  removeHopByHop(headers);
  // Node writes its own; HTTP/2 forbids it.
  for (const name of ['connection', 'upgrade', 'transfer-encoding', ...reserved]) delete headers[name];
  for (const change of exchange?.onResponse.toReversed() ?? []) change(headers);
  const status = answer.statusCode ?? 0;
  if (status < 200 || status > 599) {
    answer.destroy();
    sendAnswer(response, ownAnswer(502, `task-answer-invalid status ${status}`), exchange);
    return;
  }
  try {
    response.statusCode = status;
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
  } catch {
    answer.destroy();
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    sendAnswer(response, ownAnswer(502, 'task-answer-invalid header'), exchange);
    return;
  }
  answer.on('error', () => response.destroy());
  answer.pipe(response);
}
