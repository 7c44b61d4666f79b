import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sealKeyFile } from '../../src/backup/repository-key.ts';
import { statePaths } from '../../src/config/paths.ts';

test('nothing asks for the account of whoever runs us: a user may have a number and no account', async () => {
  const names = (await readdir('src', { recursive: true })).filter((name) => name.endsWith('.ts'));
  const texts = await Promise.all(
    names.map(async (name) => [name, await readFile(join('src', name), 'utf8')] as const),
  );
  // It throws for them; so does `homedir` where there is no HOME either.
  expect(texts.flatMap(([name, text]) => (/\buserInfo\b/.test(text) ? [name] : []))).toEqual([]);
  expect(texts.flatMap(([name, text]) => (/\bhomedir\(/.test(text) ? [name] : []))).toEqual(['config/paths.ts']);
  expect(statePaths({ HOME: '/home/nobody' }, 54_321).state).toBe('/home/nobody/.local/state/cc-ci');
  expect(JSON.parse(sealKeyFile(Buffer.alloc(100), 'x').text)).toMatchObject({
    username: expect.stringMatching(/^uid \d+$/),
  });
});
