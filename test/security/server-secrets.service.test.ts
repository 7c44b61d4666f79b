import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { keepOwnSecrets, maskForge } from '../../src/server/own-secrets.ts';
import type { Server } from '../../src/server/server.ts';
import { type ForgeScene, openForgeScene } from '../forge/support/scene.ts';
import { type Machine, openMachine } from '../server/support/test-server.ts';
import { WITHIN } from '../support/within.ts';

const HOOK_SECRET = 'a-long-hook-secret-of-both-sides';

let scene: ForgeScene;
let machine: Machine;
let server: Server | undefined;

beforeEach(async () => {
  [scene, machine] = await Promise.all([openForgeScene(), openMachine({ postgres: 'shared' })]);
  await machine.configure(
    {
      listen: '127.0.0.1:0',
      publicUrl: 'https://ci.example.org',
      forges: [{ id: 'git', url: scene.double.url, tokenFile: 'token', webhookSecretFiles: ['hook-secret'] }],
      worker: { domainSuffix: 'ci.test' },
      pollSeconds: 1,
    },
    { token: scene.token, 'hook-secret': HOOK_SECRET },
  );
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  await Promise.all([scene[Symbol.asyncDispose](), machine[Symbol.asyncDispose]()]);
});

describe('a secret of the server that somebody wrote into the wrong place', () => {
  test('is neither in its log nor on its pages', async () => {
    await machine.enrol('notebook', { repository: { forge: 'git', owner: 'recipes', name: scene.token } });
    await machine.enrol('wiki', { repository: { forge: 'git', owner: HOOK_SECRET, name: 'wiki' } });
    server = await machine.start();
    await vi.waitUntil(() => machine.log.filter((line) => line.includes('is not on')).length >= 2, WITHIN);
    const pages = await Promise.all(
      ['/', '/readyz'].map(async (path) => (await fetch(`${server?.url}${path}`)).text()),
    );
    for (const text of [...machine.log, ...pages]) {
      expect(text).not.toContain(scene.token);
      expect(text).not.toContain(HOOK_SECRET);
    }
    expect(pages.every((text) => text.includes('recipes/•••'))).toBe(true);
  });
});

describe('what is said to a forge', () => {
  const { masker, learn } = keepOwnSecrets();
  learn(['postgres://ci:hunter2hunter2@db/ci', 'a-token-of-ours']);
  const text = () =>
    `with ${Buffer.from('user:a-token-of-ours').toString('base64')}, hunter2hunter2 and a-token-of-ours`;

  test('holds no secret of ours in any form, whichever way it goes', async () => {
    const { enrolled, double } = scene;
    const forge = maskForge(enrolled.forge, masker);
    const { id } = await forge.createComment(enrolled, 1, text());
    await forge.createComment(enrolled, 1, text());
    await forge.editComment(enrolled, id, `edited ${text()}`);
    await forge.openIssue(enrolled, { title: text(), body: text() });
    await forge.setStatus(enrolled, await scene.head(), {
      context: 'cc-ci/testme',
      state: 'error',
      description: text(),
      targetUrl: '',
    });
    const { comments, statuses, repositories } = double.state;
    const issue = repositories[0]?.issues.at(-1);
    const said = [...comments.map(({ body }) => body), statuses.at(-1)?.description, issue?.title, issue?.body];
    expect(said).toHaveLength(5);
    for (const words of said) {
      expect(words).toMatch(/with .*•••.*, ••• and •••$/);
      expect(words).not.toMatch(/hunter2|a-token|YS10b2tlbi1vZi1vdXJ/);
    }
  });
});
