import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newRunId } from '../../src/base/ids.ts';
import { type StatePaths, statePaths } from '../../src/config/paths.ts';
import { journalState, readJournal } from '../../src/run/journal.ts';
import { handleUpload, MOST_PIECE, OFFSET_HEADER } from '../../src/server/artifacts/handle-upload.ts';
import { Manifest, makeManifest } from '../../src/server/artifacts/manifest.ts';
import { receiveRuns } from '../../src/server/artifacts/receive.ts';
import { uploadRun } from '../../src/server/artifacts/upload.ts';
import { plain } from '../../src/web/answer.ts';
import { startWeb, type WebRequest, type WebServer } from '../../src/web/listen.ts';

const TOKEN = 'the-token-of-a-worker';
const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let root: string;
let paths: StatePaths;
let runId: string;
let worker: string;
let server: WebServer;
/** Requests by path, and what goes wrong with one of them. */
let asked: string[];
let breakAt: ((request: WebRequest) => boolean) | undefined;
const log: string[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cc-ci-artifacts-'));
  paths = statePaths({ CC_CI_STATE: join(root, 'server') });
  runId = newRunId();
  worker = join(root, 'worker', runId);
  asked = [];
  breakAt = undefined;
  await mkdir(join(worker, 'logs'), { recursive: true });
  await mkdir(join(worker, 'bundle'));
  await start();
});
afterEach(async () => {
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

/** A server that knows one run; another one takes over when it is called again. */
async function start(known = runId): Promise<void> {
  const receiver = receiveRuns(paths);
  const options = { receiver, tokens: async () => ['another', TOKEN], isKnownRun: async (id: string) => id === known };
  server = await startWeb({
    listen: '127.0.0.1:0',
    log: (line) => log.push(line),
    routes: {
      artifacts: async (request) => {
        asked.push(request.path.slice(1).join('/'));
        if (breakAt?.(request) !== true) return handleUpload(options, request);
        // Half of the piece arrives, and then the connection ends.
        breakAt = undefined;
        const half = async function* () {
          const chunk = (await request.message[Symbol.asyncIterator]().next()).value as Uint8Array;
          yield chunk.subarray(0, Math.ceil(chunk.byteLength / 2));
        };
        await receiver.take(runId, request.path[2] ?? '', Number(request.message.headers[OFFSET_HEADER]), half());
        request.message.destroy();
        return plain(500, 'never read');
      },
    },
  });
}

const upload = (token = TOKEN) =>
  uploadRun(
    { publicUrl: server.url, token: async () => token },
    { runId, directory: worker, signal: new AbortController().signal },
  );
const put = (path: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/artifacts/${path}`, {
    method: 'PUT',
    body: Buffer.from(body),
    headers: { authorization: `Bearer ${TOKEN}`, ...headers },
  });
const there = async () => (await readdir(join(paths.runs, runId), { recursive: true })).toSorted();

describe('what a run left', () => {
  test('appears on the server whole, without what is private and what the server would act on', async () => {
    const big = randomBytes(MOST_PIECE + 1000);
    await writeFile(join(worker, 'report.html'), '<p>well</p>');
    await writeFile(join(worker, 'screenshot.png'), big);
    await writeFile(join(worker, 'logs', 'app.log'), '');
    await writeFile(join(worker, 'bundle', 'request.json'), '{}');
    await writeFile(join(worker, 'credentials.json'), 'secret', { mode: 0o600 });
    await writeFile(
      join(worker, 'journal.ndjson'),
      '{"seq":1,"event":"begin","undo":{"kind":"directory","path":"/"}}\n',
    );
    await upload();
    expect(await there()).toEqual([
      'bundle',
      'bundle/request.json',
      'journal.ndjson',
      'logs',
      'logs/app.log',
      'report.html',
      'screenshot.png',
    ]);
    expect(sha256(await readFile(join(paths.runs, runId, 'screenshot.png')))).toBe(sha256(big));
    expect(journalState(await readJournal(join(paths.runs, runId, 'journal.ndjson')))).toBe('closed');
    expect(await readdir(join(paths.state, 'uploads'))).toEqual([]);
  });

  test('goes on where a broken connection left it, with another server on the same disk', async () => {
    const big = randomBytes(2 * MOST_PIECE);
    await writeFile(join(worker, 'a.txt'), 'first');
    await writeFile(join(worker, 'b.bin'), big);
    breakAt = ({ message }) => Number(message.headers[OFFSET_HEADER]) === MOST_PIECE;
    await expect(upload()).rejects.toMatchObject({ code: 'E_UPLOAD' });
    await expect(there()).rejects.toThrow('ENOENT');
    await server.stop();
    asked = [];
    await start();
    await upload();
    // The list, and the rest of the one file.
    expect(asked).toEqual([runId, `${runId}/${sha256(big)}`]);
    expect(sha256(await readFile(join(paths.runs, runId, 'b.bin')))).toBe(sha256(big));
  });

  test('is sent once, however often it is asked for', async () => {
    await writeFile(join(worker, 'report.html'), 'well');
    await Promise.all([upload(), upload(), upload()]);
    asked = [];
    await upload();
    expect(asked).toEqual([runId]);
    expect(await readFile(join(paths.runs, runId, 'report.html'), 'utf8')).toBe('well');
  });

  test('is not taken when it is not what was announced', async () => {
    const hash = sha256('what was announced');
    const file = { name: 'report.html', bytes: 18, sha256: hash };
    expect((await put(runId, JSON.stringify({ files: [file] }))).status).toBe(200);
    expect((await put(`${runId}/${hash}`, 'something else then', { [OFFSET_HEADER]: '0' })).status).toBe(422);
    expect((await put(`${runId}/${hash}`, 'announced', { [OFFSET_HEADER]: '9' })).status).toBe(409);
    expect((await put(`${runId}/${hash}`, 'what was ', { [OFFSET_HEADER]: '0' })).status).toBe(200);
    expect((await put(`${runId}/${hash}`, 'announced', { [OFFSET_HEADER]: '9' })).status).toBe(200);
    expect(await readFile(join(paths.runs, runId, 'report.html'), 'utf8')).toBe('what was announced');
  });
});

describe('nothing is taken', () => {
  test('from who has no token of a worker', async () => {
    await writeFile(join(worker, 'report.html'), 'well');
    await expect(upload('the-token-of-a-stranger')).rejects.toThrow('401');
    expect((await put(runId, '{"files":[]}', { authorization: '' })).status).toBe(401);
  });

  test('of a run that no request is any more', async () => {
    await server.stop();
    await start(newRunId());
    expect(await upload()).toBe('unwanted');
    expect(await readdir(root)).not.toContain('server');
  });

  test.each([
    '../x',
    'logs/../../x',
    '/etc/x',
    'a//b',
    '.hidden',
    'logs/.hidden',
    'a\\b',
    '',
    'elsewhere',
    'journal.ndjson',
  ])('under the name %j', (name) => {
    const file = { name, bytes: 1, sha256: sha256('x') };
    expect(Manifest.safeParse({ files: [file] }).success).toBe(false);
  });

  test('in the place of another file', () => {
    const file = (name: string) => ({ name, bytes: 1, sha256: sha256('x') });
    expect(Manifest.safeParse({ files: [file('a'), file('a')] }).success).toBe(false);
    expect(Manifest.safeParse({ files: [file('a'), file('a/b')] }).success).toBe(false);
    expect(Manifest.safeParse({ files: [file('a/c'), file('a/b')] }).success).toBe(true);
  });

  test('in pieces that are too large', async () => {
    await writeFile(join(worker, 'report.html'), 'well');
    const manifest = await makeManifest(worker);
    await put(runId, JSON.stringify(manifest));
    const answer = await put(`${runId}/${sha256('well')}`, new Uint8Array(MOST_PIECE + 1), { [OFFSET_HEADER]: '0' });
    expect(answer.status).toBe(413);
  });
});

test('what was never sent to its end is forgotten once nothing has come for long, and what still comes is not', async () => {
  await writeFile(join(worker, 'report.html'), 'well');
  const manifest = await makeManifest(worker);
  await put(runId, JSON.stringify(manifest));
  const receiver = receiveRuns(paths);
  expect(await receiver.forget(Date.now() - 60_000)).toEqual([]);
  expect(await upload()).toBe('sent');
  const other = newRunId();
  await mkdir(join(paths.state, 'uploads', other), { recursive: true });
  expect(await receiver.forget(Date.now() + 60_000)).toEqual([other]);
  expect(await readdir(join(paths.state, 'uploads'))).toEqual([]);
  expect(await readdir(paths.runs)).toEqual([runId]);
});
