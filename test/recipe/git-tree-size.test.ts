import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mustRun } from '../../src/base/process.ts';
import { hostBounds } from '../../src/config/bounds.ts';
import { packHistory, unpackHistory } from '../../src/recipe/git/history.ts';
import { checkoutCommit } from '../../src/recipe/git/repository.ts';
import { resolveSource } from '../../src/recipe/git/source.ts';
import { commitFiles, git, makeScratch, type Scratch } from './recipe-repository.ts';

let scratch: Scratch;
let repo: string;

beforeEach(async () => {
  scratch = await makeScratch();
  repo = join(scratch.dir, 'bomb');
  await mkdir(repo);
  await git(repo, 'init', '--quiet');
  await commitFiles(repo, { 'compose.yml': 'services: {}\n' });
});

afterEach(() => scratch[Symbol.asyncDispose]());

const withInput = async (input: string | Uint8Array, ...args: string[]) =>
  (await mustRun(['git', '-C', repo, ...args], { input })).stdout.trim();
const blob = (bytes: number) => withInput(Buffer.alloc(bytes), 'hash-object', '-w', '--stdin');
/** A tree that names one object so many times. */
const tree = (count: number, mode: string, kind: string, object: string) =>
  withInput(Array.from({ length: count }, (_, index) => `${mode} ${kind} ${object}\tn${index}\n`).join(''), 'mktree');
const commitOf = async (id: string) => {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org'];
  const commit = await withInput('', ...identity, 'commit-tree', '-m', 'evil', id);
  await git(repo, 'update-ref', 'refs/heads/evil', commit);
  return commit;
};
/** A tree of trees of trees, ten of each. */
const unfold = async (inner: string, levels: number): Promise<string> =>
  levels === 0 ? inner : unfold(await tree(10, '040000', 'tree', inner), levels - 1);

describe('a commit that unfolds to more than it may be is refused before a file of it is written', () => {
  test.each([
    ['one blob by many names', async () => tree(200, '100644', 'blob', await blob(1_000_000)), 'bounds.checkoutMiB'],
    [
      'a blob in trees of trees',
      async () => unfold(await tree(10, '100644', 'blob', await blob(10)), 9),
      'bounds.checkoutFiles',
    ],
    ['trees that name no file at all', async () => unfold(await tree(0, '', '', ''), 12), 'bounds.checkoutFiles'],
    ['one file that is too large', async () => tree(1, '100644', 'blob', await blob(33 * 1024 ** 2)), 'bounds.fileMiB'],
  ])('%s', async (_, make, key) => {
    const commit = await commitOf(await make());
    const target = join(scratch.dir, 'checkout');
    const refusal = { code: 'E_BOUND', fault: 'usage', where: { key } };
    await expect(checkoutCommit({ gitDir: join(repo, '.git') }, commit, target)).rejects.toMatchObject(refusal);
    const options = { cacheDir: join(scratch.dir, 'cache'), checkoutDir: target, ref: commit };
    await expect(resolveSource(repo, options)).rejects.toMatchObject(refusal);
    await expect(resolveSource(`file://${repo}`, { ...options, ref: 'evil' })).rejects.toMatchObject(refusal);
    expect(existsSync(target)).toBe(false);
  });

  test('from a bundle, too', async () => {
    const commit = await commitOf(await tree(200, '100644', 'blob', await blob(1_000_000)));
    const file = join(scratch.dir, 'history.bundle');
    await packHistory({ gitDir: join(repo, '.git') }, file, { head: commit, scratchDir: scratch.dir });
    await expect(unpackHistory(file, join(scratch.dir, 'again'), commit)).rejects.toMatchObject({ code: 'E_BOUND' });
  });
});

test('a commit within its bounds is checked out, and so is a larger one that its operator allows', async () => {
  const commit = await commitFiles(repo, { 'compose.yml': 'x'.repeat(2 * 1024 ** 2) });
  const target = join(scratch.dir, 'checkout');
  const repository = { gitDir: join(repo, '.git') };
  await expect(
    checkoutCommit(repository, commit, target, { bounds: hostBounds({ fileMiB: 1 }) }),
  ).rejects.toMatchObject({
    where: { file: 'compose.yml', key: 'bounds.fileMiB' },
  });
  await checkoutCommit(repository, commit, target, { bounds: hostBounds({ fileMiB: 2 }) });
  expect(await readFile(join(target, 'compose.yml'), 'utf8')).toHaveLength(2 * 1024 ** 2);
});
