import { expect, test } from 'vitest';
import { ensureHook } from '../../src/forge/gitea/hooks.ts';
import { answerWith, recordedCalls } from './support/recorded.ts';

const NOTEBOOK = { owner: 'recipes', name: 'notebook' };

const recorded = (name: string) => {
  const call = recordedCalls().find((candidate) => candidate.name === name);
  if (call === undefined) throw new Error(`no recording is called ${name}`);
  return call.response;
};

test('a webhook that a recorded Gitea lists is not made again, and one that it made is taken for made', async () => {
  const listed = recorded('open hooks deliveries (API)');
  await using there = await answerWith(() => listed);
  const hook = { url: 'http://127.0.0.1:3400/hook', secret: 'hook-secret' };
  const options = { url: there.url, token: async () => 'secret', retries: 0 };
  expect(await ensureHook(options, NOTEBOOK, hook)).toBe(false);
  await using empty = await answerWith((method) =>
    method === 'GET' ? { status: 200, body: [] } : recorded('create webhook'),
  );
  expect(await ensureHook({ ...options, url: empty.url }, NOTEBOOK, hook)).toBe(true);
  expect(empty.asked.map(({ method, path }) => `${method} ${path.split('?')[0]}`)).toEqual([
    'GET /api/v1/repos/recipes/notebook/hooks',
    'POST /api/v1/repos/recipes/notebook/hooks',
  ]);
});
