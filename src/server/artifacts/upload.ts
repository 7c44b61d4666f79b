import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, messageOf } from '../../base/errors.ts';
import { MOST_PIECE, OFFSET_HEADER } from './handle-upload.ts';
import { type Manifest, Missing, makeManifest } from './manifest.ts';

export interface UploadTarget {
  /** Where people reach the server. */
  readonly publicUrl: string;
  /** Read for each upload, so that it can be changed while a worker runs. */
  readonly token: () => Promise<string>;
}

export interface Upload {
  readonly runId: string;
  /** The run's directory. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

const REQUEST_MS = 60_000;
/** A file that changed while it was sent does not have the hash that was announced: the list is made again. */
const MOST_ROUNDS = 3;

/**
 * Sends what a run left to the server, as far as it is not there: what was sent before, by whomever, is not sent again.
 * `unwanted` when no request is this run any more. `E_UPLOAD` says why it could not be done; it may be called again at any
 * time.
 */
export async function uploadRun(target: UploadTarget, upload: Upload): Promise<'sent' | 'unwanted'> {
  const base = `${target.publicUrl}/artifacts/${upload.runId}`;
  const authorization = `Bearer ${await target.token()}`;
  const put = (url: string, body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}) =>
    ask(url, { body, headers: { ...headers, authorization }, signal: upload.signal });

  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    const manifest = await makeManifest(upload.directory);
    const answer = await put(base, JSON.stringify(manifest), { 'content-type': 'application/json' });
    if (answer.status === 404) return 'unwanted';
    if (!answer.ok) throw refused(`the list of its files was answered ${answer.status}`);
    const { missing } = Missing.parse(await answer.json());
    if (missing.length === 0) return 'sent';
    let whole = true;
    for (const { sha256, offset } of missing) {
      const sent = await sendFile(upload.directory, manifest, { sha256, offset }, (piece, from) =>
        put(`${base}/${sha256}`, piece, { [OFFSET_HEADER]: String(from) }),
      );
      whole &&= sent;
    }
    if (whole) return 'sent';
  }
  throw refused('its files changed while they were sent');
}

/** False when what arrived is not what was announced, or somebody else sends it too. */
async function sendFile(
  directory: string,
  { files }: Manifest,
  { sha256, offset }: Missing['missing'][number],
  send: (piece: Uint8Array, from: number) => Promise<Response>,
): Promise<boolean> {
  const file = files.find((candidate) => candidate.sha256 === sha256);
  if (file === undefined) throw refused('the server asked for a file that the run does not have');
  await using handle = await open(join(directory, file.name));
  const buffer = new Uint8Array(MOST_PIECE);
  for (let at = offset; at < file.bytes; ) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(MOST_PIECE, file.bytes - at), at);
    if (bytesRead === 0) return false;
    const answer = await send(buffer.subarray(0, bytesRead), at);
    if (answer.status === 409 || answer.status === 422) return false;
    if (!answer.ok) throw refused(`${file.name} was answered ${answer.status}`);
    at += bytesRead;
  }
  return true;
}

interface Question {
  readonly body: string | Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

async function ask(url: string, { body, headers, signal }: Question): Promise<Response> {
  try {
    // A redirect would be given our token.
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]);
    return await fetch(url, { method: 'PUT', body: Buffer.from(body), headers, redirect: 'error', signal: bounded });
  } catch (error: unknown) {
    signal.throwIfAborted();
    throw refused(messageOf(error instanceof Error && error.cause instanceof Error ? error.cause : error));
  }
}

function refused(why: string): CodedError {
  return new CodedError({
    code: 'E_UPLOAD',
    message: `what the run left could not be sent to the server: ${why}`,
    fault: 'infrastructure',
    hint: 'it is kept in the run’s directory',
  });
}
