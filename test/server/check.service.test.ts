import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkConfiguration } from '../../src/server/check.ts';
import { type ForgeScene, openForgeScene } from '../forge/support/scene.ts';
import { type Machine, openMachine } from './support/test-server.ts';

let scene: ForgeScene;
let machine: Machine;
beforeEach(async () => {
  [scene, machine] = await Promise.all([openForgeScene(), openMachine()]);
  await machine.configure(
    {
      publicUrl: 'https://ci.example.org',
      forges: [{ id: 'git', url: scene.double.url, tokenFile: 'token', trust: { organisation: 'recipes' } }],
      worker: { domainSuffix: 'ci.test' },
    },
    { token: scene.token },
  );
});
afterEach(async () => {
  await Promise.all([scene[Symbol.asyncDispose](), machine[Symbol.asyncDispose]()]);
});

test('a recipe that has settings and is not watched is named, and so is one whose repository is not there (RT-40)', async () => {
  await machine.enrol('notebook', { repository: { forge: 'git', owner: 'recipes', name: 'notebook' } });
  await machine.enrol('wiki', { health: { path: '/up' } });
  await machine.enrol('gone', { repository: { forge: 'git', owner: 'recipes', name: 'gone' } });
  const { fine, limits, wrong, silent } = await checkConfiguration(machine.config);
  expect(fine).toContain('notebook: recipes/notebook can be watched');
  expect(limits).toEqual(['wiki: has settings, and no repository is watched for it']);
  expect(wrong).toEqual([expect.stringMatching(/gone\/recipe\.yaml \(repository\): recipes\/gone is not on /)]);
  expect(silent).toEqual([]);
});

test('a forge that does not answer is no mistake of the settings', async () => {
  await machine.enrol('notebook', { repository: { forge: 'git', owner: 'recipes', name: 'notebook' } });
  await scene.double[Symbol.asyncDispose]();
  const { wrong, silent } = await checkConfiguration(machine.config);
  expect(wrong).toEqual([]);
  expect(silent).toEqual([expect.stringContaining('forge git')]);
});
