import { createHash, timingSafeEqual } from 'node:crypto';
import { isRunId } from '../../base/ids.ts';
import { type Answer, json, plain } from '../../web/answer.ts';
import type { WebRequest } from '../../web/listen.ts';
import { Manifest } from './manifest.ts';
import type { Receiver } from './receive.ts';

/** The largest piece of a file, in bytes: small enough that a broken connection costs little. */
export const MOST_PIECE = 4 * 1024 ** 2;
const MOST_MANIFEST = 2 * 1024 ** 2;
/** Where in its file a piece begins. */
export const OFFSET_HEADER = 'upload-offset';

export interface UploadOptions {
  readonly receiver: Receiver;
  /** The tokens that workers on other hosts may have; without any nothing is taken. */
  readonly tokens: () => Promise<readonly string[]>;
  /** Whether a request became this run and still is it: what a worker made that was declared dead is not taken. */
  readonly isKnownRun: (runId: string) => Promise<boolean>;
}

/**
 * Answers `PUT /artifacts/<run>` with a manifest, and `PUT /artifacts/<run>/<sha256>` with a piece of a file. Nothing of a
 * request is read before its token is known to be right. Each may be sent again without harm.
 */
export async function handleUpload(
  { receiver, tokens, isKnownRun }: UploadOptions,
  request: WebRequest,
): Promise<Answer> {
  const { method, path, message } = request;
  if (!isAllowed(await tokens(), message.headers.authorization))
    return shut(plain(401, 'a token of a worker is needed'));
  if (method !== 'PUT') return shut({ ...plain(405, 'files of runs are put here'), headers: { allow: 'PUT' } });
  const [, runId = '', sha256, ...rest] = path;
  if (!isRunId(runId) || rest.length > 0 || !(await isKnownRun(runId))) {
    return shut(plain(404, 'no request became this run'));
  }
  if (sha256 === undefined) {
    const text = await readText(message);
    const manifest = text === undefined ? undefined : parseManifest(text);
    return manifest === undefined
      ? shut(plain(400, 'this is no list of the files of a run'))
      : json(200, await receiver.begin(runId, manifest));
  }
  const offset = Number(message.headers[OFFSET_HEADER]);
  const bytes = Number(message.headers['content-length']);
  if (!Number.isInteger(offset) || offset < 0) return shut(plain(400, `${OFFSET_HEADER} has to say where this begins`));
  if (!Number.isInteger(bytes) || bytes < 1) return shut(plain(411, 'content-length has to say how long this is'));
  if (bytes > MOST_PIECE) return shut(plain(413, `a piece has at most ${MOST_PIECE} bytes`));
  const received = await receiver.take(runId, sha256, offset, message);
  switch (received.kind) {
    case 'taken':
      return json(200, { offset: received.offset });
    case 'elsewhere':
      return shut(json(409, { offset: received.offset }));
    case 'corrupt':
      return json(422, { problem: 'the file is whole and is not what was announced; send it anew' });
    case 'unknown':
      return shut(plain(404, 'the list of the files of this run does not have it'));
  }
}

/** Compared as hashes, so that the time it takes tells nothing, not even a length. */
function isAllowed(tokens: readonly string[], header: string | undefined): boolean {
  const given = /^Bearer (?<token>\S+)$/.exec(header ?? '')?.groups?.['token'];
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return given !== undefined && tokens.filter((token) => timingSafeEqual(hash(token), hash(given))).length > 0;
}

/** What was not read of a request would be taken for the next one. */
function shut(answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, connection: 'close' } };
}

async function readText(message: AsyncIterable<unknown>): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += (chunk as Buffer).byteLength;
    if (size > MOST_MANIFEST) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseManifest(text: string): Manifest | undefined {
  try {
    return Manifest.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
