import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mustRun } from '../../src/base/process.ts';
import { DEFAULT_BRANCH, fetchPullRequest, pullRequestHead } from '../../src/recipe/git/mirror.ts';
import { findCommit } from '../../src/recipe/git/repository.ts';

const TOKEN = 'a-token-that-nobody-sees';

let root: string;
let origin: string;
let server: Server;
let url: string;
/** What stands in the place of the repository, where something does. */
let instead: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cc-ci-mirror-'));
  origin = join(root, 'origin');
  await git('init', '--quiet', '--initial-branch=main', origin);
  await git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  await commit('first');
  await writeFile(join(root, 'token'), `${TOKEN}\n`);
  instead = undefined;
  server = createServer((request, response) => (instead ?? servePrivately)(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/recipes/notebook.git`;
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(root, { recursive: true, force: true });
});

const git = async (...args: string[]) => {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org'];
  const cwd = args[0] === 'init' ? root : origin;
  return (await mustRun(['git', ...identity, ...args], { cwd })).stdout.trim();
};
const commit = async (text: string) => {
  await git('commit', '--quiet', '--allow-empty', '--message', text);
  return git('rev-parse', 'HEAD');
};
const pull = async (number: number, sha: string) => git('update-ref', `refs/pull/${number}/head`, sha);
const mirror = () => join(root, 'mirrors', 'notebook.git');
const fetchIt = (pullRequest: number, sha: string) =>
  fetchPullRequest({ url, gitDir: mirror(), pullRequest, sha, tokenFile: join(root, 'token') });

/** A repository that only the token opens. */
function servePrivately(request: IncomingMessage, response: ServerResponse): void {
  const [, given = ''] = Buffer.from((request.headers.authorization ?? '').replace('Basic ', ''), 'base64')
    .toString('utf8')
    .split(':');
  if (given !== TOKEN) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="forge"' }).end();
    return;
  }
  const at = new URL(request.url ?? '/', 'http://forge');
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: dirname(origin),
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: at.pathname.replace('/recipes/notebook.git', '/origin/.git'),
      QUERY_STRING: at.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(backend.stdin);
  const chunks: Buffer[] = [];
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  backend.on('close', () => {
    const all = Buffer.concat(chunks);
    const end = all.indexOf('\r\n\r\n');
    for (const line of all.subarray(0, end).toString('latin1').split('\r\n')) {
      const [name = '', value = ''] = line.split(': ');
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.end(all.subarray(end + 4));
  });
}

test('a mirror takes the head of a pull request, with releases and default branch, and keeps no token', async () => {
  await git('tag', '1.0.0+1.0.0');
  await git('checkout', '--quiet', '--detach');
  const head = await commit('change');
  await pull(7, head);
  await git('checkout', '--quiet', 'main');
  const repository = await fetchIt(7, head);
  expect(await findCommit(repository, head)).toBe(head);
  expect(await findCommit(repository, DEFAULT_BRANCH)).toBe(await git('rev-parse', 'main'));
  expect(await findCommit(repository, '1.0.0+1.0.0')).toBe(await git('rev-parse', 'main'));
  for (const name of await readdir(join(root, 'mirrors'), { recursive: true, withFileTypes: true })) {
    if (name.isFile()) expect(await readFile(join(name.parentPath, name.name), 'latin1')).not.toContain(TOKEN);
  }
});

test('a fetch that was killed does not keep the next one from its work', async () => {
  const first = await commit('before');
  await pull(7, first);
  const { gitDir } = await fetchIt(7, first);
  for (const left of ['config.lock', 'packed-refs.lock', `${pullRequestHead(7)}.lock`]) {
    await mkdir(dirname(join(gitDir, left)), { recursive: true });
    await writeFile(join(gitDir, left), '');
  }
  const second = await commit('after');
  await pull(7, second);
  expect(await findCommit(await fetchIt(7, second), second)).toBe(second);
});

test('takes exactly the commit that was asked for, also when the pull request has gone on', async () => {
  const asked = await commit('change');
  await pull(7, asked);
  await pull(7, await commit('another'));
  expect(await findCommit(await fetchIt(7, asked), asked)).toBe(asked);
});

test('a commit that the repository does not have is the asker’s to replace, not infrastructure’s', async () => {
  await pull(7, await commit('change'));
  await expect(fetchIt(7, 'f'.repeat(40))).rejects.toMatchObject({ code: 'E_HEAD_GONE', fault: 'usage' });
});

test('a token that opens nothing is said, and is not in what is said', async () => {
  await writeFile(join(root, 'token'), 'another-token\n');
  const error: unknown = await fetchIt(7, 'f'.repeat(40)).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'E_FETCH', fault: 'infrastructure' });
  expect(JSON.stringify(error)).not.toContain('another-token');
});

test('a redirect is not followed: nobody else is to be shown the token', async () => {
  const shown: string[] = [];
  const stranger = createServer((request, response) => {
    shown.push(request.headers.authorization ?? 'nothing');
    response.writeHead(401, { 'www-authenticate': 'Basic realm="stranger"' }).end();
  });
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  const { port } = stranger.address() as AddressInfo;
  instead = (request, response) => {
    response.writeHead(302, { location: `http://127.0.0.1:${port}${request.url ?? ''}` }).end();
  };
  await expect(fetchIt(7, 'f'.repeat(40))).rejects.toMatchObject({ code: 'E_FETCH' });
  await new Promise((resolve) => stranger.close(resolve));
  expect(shown).toEqual([]);
});

test('a mirror can be read by nobody else on the machine, one that everybody could read until now included', async () => {
  const first = await commit('private');
  await pull(1, first);
  await mkdir(dirname(mirror()), { recursive: true, mode: 0o755 });
  await chmod(dirname(mirror()), 0o755);
  await fetchIt(1, first);
  expect((await stat(dirname(mirror()))).mode & 0o777).toBe(0o700);
});
