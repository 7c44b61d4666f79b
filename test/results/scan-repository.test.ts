import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mustRun } from '../../src/base/process.ts';
import { scanRepository } from '../../src/results/scan-repository.ts';

const SECRET = 'q8ZrT1mPw0LkX5vBn3Yc';
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cc-ci-history-'));
  await git('init', '--quiet');
  await commit('compose.yml', 'services: {}');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const git = (...args: string[]) =>
  mustRun(['git', '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], { cwd: root });
const commit = async (file: string, text: string) => {
  await writeFile(join(root, file), text);
  await git('add', '--all');
  await git('commit', '--quiet', '--message', `change ${file}`);
};
const scan = (mostBytes?: number) => scanRepository(join(root, '.git'), ['another-secret', SECRET], { mostBytes });

test('a repository without a secret is searched to its end, and nothing is found', async () => {
  expect(await scan()).toEqual({ leaks: [], complete: true });
});

test.each([
  ['plain', SECRET],
  ['base64', Buffer.from(`user:${SECRET}`).toString('base64')],
  ['URL-encoded', encodeURIComponent('p<a>ß?')],
])('a secret that was committed and taken out again is found: %s', async (form, text) => {
  await commit('.env', `PASSWORD=${text}`);
  await commit('.env', 'PASSWORD=');
  await git('gc', '--quiet');
  const { leaks } = await scanRepository(join(root, '.git'), [SECRET, 'p<a>ß?']);
  expect(leaks).toEqual([`git history: secret ${form === 'URL-encoded' ? 2 : 1} (${form})`]);
});

test('a secret in the configuration is found, and one in a message', async () => {
  await git('remote', 'add', 'origin', `https://ci:${SECRET}@git.example.org/recipes/notebook.git`);
  expect((await scan()).leaks).toEqual(['.git/config: secret 2 (plain)']);
  await git('remote', 'remove', 'origin');
  await git('commit', '--quiet', '--allow-empty', '--message', `use ${SECRET}`);
  expect((await scan()).leaks).toContain('git history: secret 2 (plain)');
});

test('a history that is too long is said to be', async () => {
  await commit('large', 'x'.repeat(200_000));
  expect(await scan(1000)).toMatchObject({ complete: false });
});
