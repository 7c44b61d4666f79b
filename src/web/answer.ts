import type { FileHandle } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

/** What a request is answered with. */
export interface Answer {
  readonly status: number;
  readonly type?: string | undefined;
  /** Text, or a file as it is now; it is closed once it is sent. */
  readonly body?: string | FileHandle | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Nothing is fetched from elsewhere, nothing runs, nobody frames it, nothing is guessed. */
export const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const SAFE: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/** Sends an answer; to a `HEAD` the same without its body. */
export async function sendAnswer(response: ServerResponse, answer: Answer, method: string | undefined): Promise<void> {
  const { status, type = 'text/plain; charset=utf-8', body = '' } = answer;
  const head = (bytes: number) =>
    response.writeHead(status, {
      ...SAFE,
      ...(bytes === 0 ? {} : { 'content-type': type }),
      'content-length': bytes,
      ...answer.headers,
    });
  if (typeof body === 'string') {
    head(Buffer.byteLength(body));
    response.end(method === 'HEAD' ? undefined : body);
    return;
  }
  await using file = body;
  const { size } = await file.stat();
  head(size);
  // A log that grows meanwhile is sent as long as it was announced.
  if (method === 'HEAD' || size === 0) response.end();
  else await pipeline(file.createReadStream({ start: 0, end: size - 1, autoClose: false }), response);
}

/** An answer of one line, for programs and people who went astray. */
export function plain(status: number, text: string): Answer {
  return { status, body: `${text}\n` };
}

/** An answer for a program. */
export function json(status: number, value: unknown): Answer {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value, null, 2)}\n` };
}
