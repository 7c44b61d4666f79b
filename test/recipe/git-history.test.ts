import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packHistory, unpackHistory } from '../../src/recipe/git/history.ts';
import { listTags } from '../../src/recipe/git/repository.ts';
import { resolveSource } from '../../src/recipe/git/source.ts';
import { commitFiles, git, makeScratch, writeFiles } from './recipe-repository.ts';

async function makeRepository(dir: string) {
  const repository = { gitDir: join(dir, '.git') };
  await writeFiles(dir, {});
  await git(join(dir, '..'), 'init', '--quiet', dir);
  const base = await commitFiles(dir, { 'compose.yml': 'one\n', '.gitignore': 'private\n' });
  await git(dir, 'tag', '--annotate', '--message', 'one', '1.0.0+1');
  const head = await commitFiles(dir, { 'compose.yml': 'two\n' });
  await git(dir, 'tag', '1.1.0+2');
  return { repository, base, head };
}

describe('the packed history of a recipe', () => {
  it('gives the same commits and tags in another place', async () => {
    await using scratch = await makeScratch();
    const { repository, base, head } = await makeRepository(join(scratch.dir, 'wiki'));
    await packHistory(repository, join(scratch.dir, 'pack'), { head: base, base, scratchDir: scratch.dir });
    const there = join(scratch.dir, 'there/wiki');
    await unpackHistory(join(scratch.dir, 'pack'), there, base);
    expect(await git(there, 'rev-parse', 'HEAD', '1.1.0+2^{commit}')).toBe(`${base}\n${head}`);
    expect(await listTags({ gitDir: join(there, '.git') })).toStrictEqual(await listTags(repository));
    expect(await readFile(join(there, 'compose.yml'), 'utf8')).toBe('one\n');
    expect(await git(there, 'status', '--porcelain')).toBe('');
  });

  it('carries a changed work tree as changes, without what the recipe ignores', async () => {
    await using scratch = await makeScratch();
    const dir = join(scratch.dir, 'wiki');
    const { repository, head } = await makeRepository(dir);
    await writeFiles(dir, { 'compose.yml': 'three\n', 'new.yml': 'new\n', private: 'mine\n' });
    await packHistory(repository, join(scratch.dir, 'pack'), { head, worktree: dir, scratchDir: scratch.dir });
    const there = join(scratch.dir, 'there/wiki');
    await unpackHistory(join(scratch.dir, 'pack'), there, head);
    const status = await git(there, 'status', '--porcelain', '--ignored');
    expect(status.split('\n').map((line) => line.trim())).toStrictEqual(['M compose.yml', '?? new.yml']);
    const options = { worktree: true, cacheDir: scratch.dir, checkoutDir: join(scratch.dir, 'out') };
    expect(await resolveSource(there, options)).toMatchObject({ name: 'wiki', commit: head, dirty: true });
    expect(await readFile(join(scratch.dir, 'out/new.yml'), 'utf8')).toBe('new\n');
  });

  it('refuses a file that is no pack', async () => {
    await using scratch = await makeScratch();
    await writeFile(join(scratch.dir, 'pack'), 'nothing');
    const unpacked = unpackHistory(join(scratch.dir, 'pack'), join(scratch.dir, 'there'), 'a'.repeat(40));
    await expect(unpacked).rejects.toMatchObject({ code: 'E_GIT' });
  });
});
