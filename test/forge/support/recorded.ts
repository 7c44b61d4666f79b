import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** One call that was made to a real forge, and its answer. */
export interface RecordedCall {
  readonly name: string;
  readonly request: { readonly method: string; readonly path: string; readonly as: string; readonly body?: unknown };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
}

interface RecordedDelivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(join(process.env['CC_CI_CORPUS'] ?? '', 'reference/gitea', name), 'utf8'));

export const recordedCalls = () => read('api.json') as readonly RecordedCall[];

/** Deliveries as they arrived, their headers' names in lower case. */
export const recordedDeliveries = (): readonly RecordedDelivery[] =>
  (read('webhooks.json') as readonly RecordedDelivery[]).map(({ headers, body }) => ({
    body,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  }));

interface Answering extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly {
    readonly method: string;
    readonly path: string;
    readonly authorization: string | undefined;
  }[];
}

interface CannedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Serves what the function says to each request; a function that answers nothing resets the connection. */
export async function answerWith(
  answer: (method: string, path: string, count: number) => CannedAnswer | undefined,
): Promise<Answering> {
  const asked: { method: string; path: string; authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    asked.push({ method, path: url, authorization: request.headers.authorization });
    request.resume().on('end', () => {
      const canned = answer(method, url, asked.length);
      if (canned === undefined) {
        request.socket.destroy();
        return;
      }
      const { body, headers = {}, status } = canned;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(body === undefined || body === null ? '' : typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Serves one recorded call, whatever is asked. */
export function answerRecorded(name: string): Promise<Answering> {
  const call = recordedCalls().find((candidate) => candidate.name === name);
  if (call === undefined) throw new Error(`no recorded call is named ${JSON.stringify(name)}`);
  const kept = ['x-total-count', 'location'];
  const headers = Object.fromEntries(
    Object.entries(call.response.headers).filter(([key]) => kept.includes(key.toLowerCase())),
  );
  return answerWith(() => ({ status: call.response.status, headers, body: call.response.body }));
}
