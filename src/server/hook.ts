import type { IncomingMessage } from 'node:http';
import { answerHook, MOST_HOOK_BYTES } from '../forge/hook.ts';
import { type Answer, plain } from '../web/answer.ts';
import type { WebRequest } from '../web/listen.ts';
import type { Watching } from './watching.ts';

/**
 * Answers `POST /hook/<forge id>`, or `POST /hook` where one forge is watched. While we do not know yet who we are on that
 * forge a delivery is answered 503; the poll finds what it tells.
 */
export async function handleHook(watching: Watching, { method, path, message }: WebRequest): Promise<Answer> {
  if (method !== 'POST') return { ...plain(405, 'webhooks are delivered here by POST'), headers: { allow: 'POST' } };
  const [, given, ...rest] = path;
  const [only, ...others] = watching.forgeIds;
  const id = given === undefined || given === '' ? (others.length === 0 ? only : undefined) : given;
  const watched = id === undefined || rest.length > 0 ? undefined : watching.forge(id);
  if (watched === undefined) return plain(404, 'webhooks are delivered to /hook/<id of the forge>');
  const body = await readBody(message);
  if (body === undefined)
    return { ...plain(413, 'this is larger than any delivery'), headers: { connection: 'close' } };
  if (watched.me() === undefined) return plain(503, 'the forge has not answered us yet');
  const status = await answerHook(
    {
      bridge: watching.bridge,
      forgeId: watched.settings.id,
      secrets: watched.webhookSecrets,
      enrolled: watching.enrolment.find,
      isComplete: (forgeId) => watching.enrolment.isComplete(forgeId),
      unenrolled: watching.unenrolled,
      onPush: watching.onPush,
    },
    { headers: singleHeaders(message), body },
  );
  return { status };
}

/** Undefined once it is larger than a delivery can be; the rest is not read. */
async function readBody(message: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += (chunk as Buffer).byteLength;
    if (size > MOST_HOOK_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function singleHeaders({ headers }: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}
