import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Server } from '../../src/server/server.ts';
import { type ForgeScene, openForgeScene } from '../forge/support/scene.ts';
import { type Machine, openMachine } from './support/test-server.ts';

const SECRET = 'hook-secret';
const WITHIN = { timeout: 15_000, interval: 20 };

let scene: ForgeScene;
let machine: Machine;
let server: Server | undefined;

beforeEach(async () => {
  [scene, machine] = await Promise.all([openForgeScene(), openMachine()]);
  await machine.configure(settings(), { 'forge-token': scene.token, 'hook-secret': SECRET });
  await machine.enrol('notebook', { repository: { forge: 'git', owner: 'recipes', name: 'notebook' } });
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  await Promise.all([scene[Symbol.asyncDispose](), machine[Symbol.asyncDispose]()]);
});

const settings = (more: object = {}) => ({
  listen: '127.0.0.1:0',
  publicUrl: 'https://ci.example.org',
  forges: [
    {
      id: 'git',
      url: scene.double.url,
      tokenFile: 'forge-token',
      webhookSecretFiles: ['hook-secret'],
      trust: { organisation: 'recipes' },
    },
  ],
  worker: { domainSuffix: 'ci.test' },
  pollSeconds: 1,
  ...more,
});
const start = async () => {
  server = await machine.start();
  return server;
};
const get = async (path: string) => {
  const answer = await fetch(`${server?.url}${path}`);
  return { status: answer.status, text: await answer.text() };
};
const bodies = () => scene.double.state.comments.map(({ body }) => body);
/** The server has looked at the repository once: what comes now is new to it. */
const watching = () => vi.waitUntil(async () => /"forge git",\s+"ok": true/.test((await get('/readyz')).text), WITHIN);

describe('the server', () => {
  test('finds a comment by polling and says on the pull request that it waits', async () => {
    await start();
    await watching();
    await scene.comment('ada', '!testme');
    await vi.waitUntil(() => bodies().some((body) => body.includes('Queued')), WITHIN);
    expect(scene.double.state.statuses.map(({ state }) => state)).toContain('pending');
    expect((await get('/')).text).toContain('notebook');
  });
});
