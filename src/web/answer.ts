import type { FileHandle } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { plainText } from '../results/plain-text.ts';

/** What a request is answered with. */
export interface Answer {
  readonly status: number;
  readonly type?: string | undefined;
  /** Text, or a file as it is now, without what a terminal obeys where it is a text; it is closed once it is sent. */
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
  const head = (bytes: number | undefined) =>
    response.writeHead(status, {
      ...SAFE,
      ...(bytes === 0 ? {} : { 'content-type': type }),
      ...(bytes === undefined ? {} : { 'content-length': bytes }),
      ...answer.headers,
    });
  if (typeof body === 'string') {
    head(Buffer.byteLength(body));
    response.end(method === 'HEAD' ? undefined : body);
    return;
  }
  await using file = body;
  const { size } = await file.stat();
  // How long a text is without what a terminal would obey is known at its end.
  const cleaned = size > 0 && TEXT.test(type);
  head(cleaned ? undefined : size);
  // A log that grows meanwhile is sent as long as it was when it was asked for.
  if (method === 'HEAD' || size === 0) response.end();
  else {
    const content = file.createReadStream({ start: 0, end: size - 1, autoClose: false });
    if (cleaned) await pipeline(content, cleanText, response);
    else await pipeline(content, response);
  }
}

/** What people look at with `curl`. */
const TEXT = /^(?:text\/|application\/json|image\/svg)/;
/** A line that is longer is cleaned in pieces. */
const MOST_LINE = 64 * 1024;

/** Programs, and tests, wrote what is in a file, sequences that a terminal obeys included: these are left out. */
async function* cleanText(content: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of content) {
    rest += decoder.write(chunk);
    const end = rest.length > MOST_LINE ? rest.length : rest.lastIndexOf('\n') + 1;
    if (end > 0) yield plainText(rest.slice(0, end));
    rest = rest.slice(end);
  }
  yield plainText(rest + decoder.end());
}

/** An answer of one line, for programs and people who went astray. */
export function plain(status: number, text: string): Answer {
  return { status, body: `${text}\n` };
}

/** An answer for a program. */
export function json(status: number, value: unknown): Answer {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value, null, 2)}\n` };
}
