import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseMetadata } from '../../src/recipe/metadata.ts';
import { openBase, openRecipe } from '../../src/recipe/open-recipe.ts';
import { readRecipe, readReleaseNote } from '../../src/recipe/read-recipe.ts';
import { commitFiles, git, makeScratch, writeFiles } from './recipe-repository.ts';
import { CLEAN } from './sample-recipe.ts';

describe('readRecipe', () => {
  it('finds compose files, exports, notes and metadata', async () => {
    await using scratch = await makeScratch();
    const extra = {
      'compose.b.yml': '',
      'compose.a.yml': '',
      'docker-compose.yml': '',
      'release/1.1.0+2': 'Read this.\n',
    };
    await writeFiles(scratch.dir, { ...CLEAN, ...extra, 'release/.gitkeep': '', 'release/next': 'soon' });
    const recipe = await readRecipe(scratch.dir, { name: 'wiki' });
    expect(recipe.composeFiles).toEqual(['compose.yml', 'compose.a.yml', 'compose.b.yml']);
    expect(recipe.abraSh).toMatchObject({ exports: { CONF_VERSION: 'v1' }, functions: ['migrate'] });
    expect(recipe.releaseNotes).toEqual(['1.1.0+2', 'next']);
    expect(await readReleaseNote(recipe, '1.1.0+2')).toBe('Read this.\n');
    expect(await readReleaseNote(recipe, '../abra.sh')).toBeUndefined();
    expect(recipe.metadata?.fields).toMatchObject({ category: 'Apps', status: '3, stable', sso: 'No' });
  });

  it.each(['.env.sample', 'compose.yml'])('is no recipe without %s', async (missing) => {
    await using scratch = await makeScratch();
    await writeFiles(scratch.dir, Object.fromEntries(Object.entries(CLEAN).filter(([path]) => path !== missing)));
    await expect(readRecipe(scratch.dir, { name: 'wiki' })).rejects.toMatchObject({
      code: 'E_NOT_A_RECIPE',
      where: { file: missing },
    });
  });

  it('lists nothing of a release directory that lies outside', async () => {
    await using scratch = await makeScratch();
    await writeFiles(scratch.dir, { 'outside/1.0.0+1': 'x' });
    const dir = join(scratch.dir, 'recipe');
    await writeFiles(dir, CLEAN);
    await symlink('../outside', join(dir, 'release'));
    expect((await readRecipe(dir, { name: 'wiki' })).releaseNotes).toEqual([]);
  });

  it.each(['README.md', 'abra.sh'])('does not follow %s out of the checkout', async (path) => {
    await using scratch = await makeScratch();
    await writeFiles(scratch.dir, Object.fromEntries(Object.entries(CLEAN).filter(([name]) => name !== path)));
    await symlink('/etc/hostname', join(scratch.dir, path));
    await expect(readRecipe(scratch.dir, { name: 'wiki' })).rejects.toMatchObject({ code: 'E_OUTSIDE_CHECKOUT' });
  });
});

describe('parseMetadata', () => {
  it('takes nothing outside the block', () => {
    expect(parseMetadata('* **Category**: Apps')).toBeUndefined();
    expect(parseMetadata('<!-- metadata -->\r\n* **Backups**: Yes\r\n<!-- endmetadata -->\n* **Email**: 3')).toEqual({
      fields: { backups: 'Yes' },
    });
  });
});

describe('openRecipe', () => {
  it('reads a directory in place with its changes, and finds the release before it', async () => {
    await using scratch = await makeScratch();
    const dir = join(scratch.dir, 'wiki');
    const places = (name: string) => ({ cacheDir: join(scratch.dir, 'cache'), checkoutDir: join(scratch.dir, name) });
    await writeFiles(dir, CLEAN);
    expect((await openRecipe(dir, places('a'))).recipe).toMatchObject({ name: 'wiki', commit: undefined });
    await git(dir, 'init', '--quiet');
    const first = await commitFiles(dir, {});
    await git(dir, 'tag', '--annotate', '--message', 'release', '1.0.0+1.27.2');
    const second = await commitFiles(dir, { 'nginx.conf': 'changed' });
    await writeFiles(dir, { 'new.txt': '' });
    const open = await openRecipe(dir, places('b'));
    expect(open.recipe).toMatchObject({ dir, commit: second, dirty: true });
    expect(await openBase(open, undefined, join(scratch.dir, 'base'))).toMatchObject({ commit: first });
    const old = await openRecipe(dir, { ...places('c'), ref: '1.0.0+1.27.2' });
    expect(old.recipe).toMatchObject({ dir: join(scratch.dir, 'c'), commit: first, dirty: false });
    expect(await openBase(old, undefined, join(scratch.dir, 'none'))).toBeUndefined();
  });

  it('says when there is no such directory', async () => {
    const places = { cacheDir: '/nonexistent', checkoutDir: '/nonexistent' };
    await expect(openRecipe('/nonexistent/recipe', places)).rejects.toMatchObject({ code: 'E_SOURCE', fault: 'usage' });
  });
});
