import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ownFile } from '../../src/base/own-files.ts';
import { type ForgeScene, openForgeScene } from '../forge/support/scene.ts';
import { WITHIN } from '../support/within.ts';
import { type Machine, openMachine } from './support/test-server.ts';

let scene: ForgeScene;
let machine: Machine;
let child: ChildProcess | undefined;
let said = '';

beforeEach(async () => {
  [scene, machine] = await Promise.all([openForgeScene(), openMachine()]);
  await machine.configure(
    {
      listen: '127.0.0.1:0',
      publicUrl: 'https://ci.example.org',
      forges: [{ id: 'git', url: scene.double.url, tokenFile: 'token', trust: { organisation: 'recipes' } }],
      worker: { domainSuffix: 'ci.test' },
      pollSeconds: 1,
    },
    { token: scene.token },
  );
  await machine.enrol('notebook', { repository: { forge: 'git', owner: 'recipes', name: 'notebook' } });
});
afterEach(async () => {
  await end('SIGTERM');
  await Promise.all([scene[Symbol.asyncDispose](), machine[Symbol.asyncDispose]()]);
});

/** Starts the program and returns the address it listens on. */
async function serve(): Promise<string> {
  said = '';
  child = spawn(ownFile('cc-ci'), ['serve', '--no-worker', '--config', machine.config.directory], {
    env: { ...process.env, CC_CI_STATE: machine.paths.state, CC_CI_HOST_LOCKS: machine.paths.hostLocks },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  const listening = () => /listening on (?<url>\S+)/.exec(said)?.groups?.['url'];
  return vi.waitUntil(listening, WITHIN);
}

async function end(signal: NodeJS.Signals): Promise<number | null> {
  const ending = child;
  child = undefined;
  if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return null;
  const exited = once(ending, 'exit');
  ending.kill(signal);
  const [code] = (await exited) as [number | null];
  return code;
}

const queued = () => scene.double.state.comments.filter(({ body }) => body.includes('Queued')).length;
const postmaster = async () =>
  Number((await readFile(join(machine.paths.state, 'postgres', 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]);
const watches = (url: string) =>
  vi.waitUntil(async () => /"forge git",\s+"ok": true/.test(await (await fetch(`${url}/readyz`)).text()), WITHIN);

test('a server that is killed and started again has lost no comment, and has said nothing twice (RT-39)', async () => {
  await watches(await serve());
  await scene.comment('ada', '!testme');
  await vi.waitUntil(() => queued() === 1, WITHIN);
  const before = await postmaster();
  await end('SIGKILL');
  await scene.push('third');
  await scene.comment('ada', '!testme');
  const url = await serve();
  await watches(url);
  expect(await postmaster()).toBe(before);
  const head = await scene.head();
  await vi.waitUntil(() => scene.double.state.statuses.some(({ sha }) => sha === head), WITHIN);
  expect(queued()).toBe(1);
  expect(await (await fetch(url)).text()).toContain('1 waiting');
});

test('a server starts its private PostgreSQL again when that was killed, and goes on', async () => {
  await watches(await serve());
  process.kill(await postmaster(), 'SIGKILL');
  await vi.waitUntil(() => said.includes('database: did not answer, and was started'), WITHIN);
  await scene.comment('ada', '!testme');
  await vi.waitUntil(() => queued() === 1, WITHIN);
});

test('SIGHUP has it read its settings, SIGTERM ends it and its PostgreSQL', async () => {
  await watches(await serve());
  child?.kill('SIGHUP');
  await vi.waitUntil(() => said.includes('settings and enrolment were read again'), WITHIN);
  expect(await end('SIGTERM')).toBe(0);
  await expect(postmaster()).rejects.toThrow('ENOENT');
});
