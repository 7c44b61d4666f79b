import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createMasker } from '../../src/base/mask.ts';
import { runProcess } from '../../src/base/process.ts';
import { checkConfiguration } from '../../src/server/check.ts';
import { forgetOwnLogs, ownLog } from '../../src/server/own/own-log.ts';
import { testCommit } from '../../src/server/own/test-commit.ts';
import type { Server } from '../../src/server/server.ts';
import { type ForgeScene, openForgeScene } from '../forge/support/scene.ts';
import { WITHIN } from '../support/within.ts';
import { type Machine, openMachine } from './support/test-server.ts';

const SECRET = 'hook-secret';

/** Does what the one file of a commit says. */
const SCRIPT = `
  const text = require('node:fs').readFileSync('compose.yml', 'utf8');
  console.log(text);
  console.log(Object.keys(process.env).sort().join(' '));
  // What may be the beginning of a secret is held back until more comes.
  if (text.includes('hangs')) setInterval(() => console.log('.'.repeat(1000)), 100);
  else if (text.includes('red')) process.exitCode = 3;
  else console.log('7 passed, 0 failed');
`;

let scene: ForgeScene;
let machine: Machine;
let server: Server | undefined;
let forge = '';
let tests = 0;

beforeAll(async () => {
  machine = await openMachine({ postgres: 'shared' });
});
afterAll(() => machine[Symbol.asyncDispose]());
beforeEach(async () => {
  tests += 1;
  forge = `git-${tests}`;
  machine.log.length = 0;
  scene = await openForgeScene();
  await configure();
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  await scene[Symbol.asyncDispose]();
});

const configure = (own: object = {}) =>
  machine.configure(
    {
      listen: '127.0.0.1:0',
      publicUrl: 'https://ci.example.org',
      forges: [{ id: forge, url: scene.double.url, tokenFile: 'token', webhookSecretFiles: ['hook-secret'] }],
      worker: { domainSuffix: 'ci.test' },
      // A push is heard of; nobody waits for a poll.
      pollSeconds: 60,
      own: {
        forge,
        owner: 'recipes',
        name: 'notebook',
        branches: ['bump'],
        command: [process.execPath, '-e', SCRIPT],
        ...own,
      },
    },
    { token: scene.token, 'hook-secret': SECRET },
  );
const start = async () => {
  server = await machine.start();
  scene.double.state.repositories[0]?.hooks.splice(0, 1, { url: `${server.url}/hook`, secret: SECRET });
};
const states = (sha: string) =>
  scene.double.state.statuses.filter((status) => status.sha === sha).map(({ state }) => state);
const ended = (sha: string, state: string) => vi.waitUntil(() => states(sha).at(-1) === state, WITHIN);
const issues = () => (scene.double.state.repositories[0]?.issues ?? []).filter(({ pull }) => pull === undefined);
const logOf = async (sha: string) => (await fetch(`${server?.url}/own/${sha}`)).text();

describe('our own repository', () => {
  test('a push gets a status and a log, in which no secret stands; what it runs has nothing of our environment', async () => {
    await start();
    const sha = await scene.push(`says ${scene.token}`);
    await ended(sha, 'success');
    expect(states(sha)).toEqual(['pending', 'success']);
    const status = scene.double.state.statuses.findLast((found) => found.sha === sha);
    expect(status).toMatchObject({ context: 'cc-ci/own', description: 'passed: 7 passed, 0 failed' });
    expect(status?.targetUrl).toBe(`https://ci.example.org/own/${sha}`);
    const log = await logOf(sha);
    expect(log).toContain('says •••');
    expect(log).toMatch(/^\d+ CC_CI_COMMIT CI HOME LANG PATH TMPDIR$/m);
    expect(await readdir(join(machine.paths.state, 'own'))).not.toContain('work');
  });

  test('a red branch opens one issue, that stays while it is red and is closed by what is green', async () => {
    await start();
    const first = await scene.push('red');
    await ended(first, 'failure');
    await vi.waitUntil(() => issues().length === 1, WITHIN);
    const second = await scene.push('red again');
    await ended(second, 'failure');
    const third = await scene.push('green');
    await ended(third, 'success');
    await vi.waitUntil(() => issues().every(({ state }) => state === 'closed'), WITHIN);
    expect(issues()).toEqual([
      expect.objectContaining({ author: 'ccci', title: `bump is red at ${first.slice(0, 12)}`, state: 'closed' }),
    ]);
    const [issue] = issues();
    expect(issue?.body).toContain('failed with 3');
    const said = scene.double.state.comments.filter((comment) => comment.issue === issue?.number);
    expect(said.map(({ body }) => body)).toEqual([expect.stringContaining(`green again at ${third}`)]);
  });

  test('a commit that was being tested when the server ended is tested by the next one; what has a status is not', async () => {
    await start();
    const sha = await scene.push('hangs');
    await vi.waitUntil(async () => (await logOf(sha)).includes('CC_CI_COMMIT'), WITHIN);
    await server?.stop();
    expect(states(sha)).toEqual(['pending']);
    await configure({ command: [process.execPath, '-e', 'console.log("fine")'] });
    await start();
    await ended(sha, 'success');
    await server?.stop();
    await start();
    const next = await scene.push('green');
    await ended(next, 'success');
    expect(states(sha)).toEqual(['pending', 'pending', 'success']);
  });

  test('logs are kept as long as the reports of runs', async () => {
    await start();
    const sha = await scene.push('green');
    await ended(sha, 'success');
    const { mtimeMs } = await stat(ownLog(machine.paths, sha));
    await forgetOwnLogs(machine.paths, mtimeMs);
    expect(await logOf(sha)).toContain('7 passed');
    await forgetOwnLogs(machine.paths, mtimeMs + 1);
    expect(await logOf(sha)).toContain('there is no such commit');
  });

  test('a branch that nobody named is not run', async () => {
    await configure({ branches: ['main'] });
    await start();
    await ended(await scene.main(), 'success');
    const sha = await scene.push('green');
    await scene.double.delivered();
    const looks = () => scene.double.asked.filter(({ path }) => path.endsWith('/branches/main')).length;
    await vi.waitUntil(() => looks() >= 2, WITHIN);
    await server?.stop();
    expect(states(sha)).toEqual([]);
  });

  test('a branch that is not there, and a forge that is not, are told before the server starts', async () => {
    await configure({ branches: ['main', 'release'] });
    expect((await checkConfiguration(machine.config)).wrong).toEqual([
      'our own repository recipes/notebook: there is no branch release',
    ]);
    await configure({ forge: 'elsewhere' });
    await expect(checkConfiguration(machine.config)).rejects.toMatchObject({
      code: 'E_SERVER_SETTINGS',
      message: expect.stringContaining('there is no forge elsewhere'),
    });
  });
});

describe('the test of a commit', () => {
  const testIt = async (command: readonly string[], more: Partial<Parameters<typeof testCommit>[0]> = {}) =>
    testCommit({
      gitDir: scene.double.state.repositories[0]?.git ?? '',
      sha: await scene.main(),
      command,
      user: undefined,
      minutes: 1,
      workDirectory: join(machine.paths.state, 'work'),
      logFile: join(machine.paths.state, 'a.log'),
      masker: createMasker(),
      signal: new AbortController().signal,
      ...more,
    });

  test('is ended when it takes too long, with all that it has started', async () => {
    const child = `require('node:child_process').spawn('sleep', ['3607'], { stdio: 'inherit' }); setInterval(() => 0, 1000)`;
    const verdict = await testIt([process.execPath, '-e', child], { minutes: 0.005 });
    expect(verdict).toMatchObject({ state: 'failure', sentence: expect.stringContaining('it may take no longer') });
    expect((await runProcess(['pgrep', '-f', '^sleep 3607$'])).stdout).toBe('');
  });

  test('is an error where its command is not there', async () => {
    expect(await testIt(['.ci/run'])).toMatchObject({ state: 'error', sentence: expect.stringContaining('ENOENT') });
  });

  test('runs as the account that is named, which owns its clone', async () => {
    const look = `console.log(process.getuid(), require('node:fs').statSync('compose.yml').uid)`;
    expect(await testIt([process.execPath, '-e', look], { user: 'nobody' })).toMatchObject({
      state: 'success',
      sentence: 'passed: 65534 65534',
    });
  });
});
