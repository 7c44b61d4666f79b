import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeTinyRecipe, type TinyRecipe, tinyCompose } from './support/tiny-recipe.ts';

let recipe: TinyRecipe;

beforeAll(async () => {
  recipe = await makeTinyRecipe('asking');
  const more = '    ports: [{target: 80, published: 18127, mode: host}]';
  await recipe.release({ 'compose.yml': tinyCompose('1.0.0+1', { more }) }, '1.0.0+1');
});
afterAll(() => recipe[Symbol.asyncDispose]());

const asked = async (port: number) => {
  await recipe.enroll({ 'hooks.ts': `export const readyProbes = () => [{ tcp: ${port}, stable: 1 }];` });
  const { rungs, findings } = await recipe.test(['install'], {});
  return { install: rungs.find(({ tier }) => tier === 'install')?.status, said: JSON.stringify(findings) };
};

test('a hook may wait for a port that the stack has published', async () => {
  expect(await asked(18_127)).toMatchObject({ install: 'pass' });
});

test('a hook cannot find out who listens on the host', async () => {
  let reached = 0;
  const victim = createServer((socket) => {
    reached += 1;
    socket.on('error', () => undefined);
  }).listen(18_128, '127.0.0.1');
  await once(victim, 'listening');
  const { install, said } = await asked(18_128);
  victim.close();
  expect(install).not.toBe('pass');
  expect(said).toContain('no running task of the stack has published it');
  expect(reached).toBe(0);
});
