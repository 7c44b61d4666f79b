import { appendFile, chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openInbox } from '../../src/run/watch/inbox.ts';
import { readTree } from '../../src/run/watch/tree.ts';
import { settledTree, watchTree } from '../../src/run/watch/watch-tree.ts';
import { commitFiles, git, makeScratch, type Scratch } from '../recipe/recipe-repository.ts';

async function makeRecipe(): Promise<Scratch> {
  const scratch = await makeScratch();
  await git(scratch.dir, 'init', '--quiet');
  await commitFiles(scratch.dir, {
    'compose.yml': 'a',
    'run.sh': 'b',
    'tests/x.test.ts': 'c',
    '.gitignore': '*.log\nnode_modules/\n',
  });
  return scratch;
}

test('a tree is what git would take, as it lies there', async () => {
  await using recipe = await makeRecipe();
  await writeFile(join(recipe.dir, 'new.conf'), 'n');
  await writeFile(join(recipe.dir, 'noise.log'), 'x');
  await writeFile(join(recipe.dir, '.compose.yml.swp'), 'x');
  await writeFile(join(recipe.dir, 'compose.yml~'), 'x');
  await rm(join(recipe.dir, 'run.sh'));
  expect(Object.keys((await readTree(recipe.dir)).files)).toEqual([
    '.gitignore',
    'compose.yml',
    'new.conf',
    'tests/x.test.ts',
  ]);
});

test('content, mode and links make a difference, a commit does not', async () => {
  await using recipe = await makeRecipe();
  const seen = new Set([(await readTree(recipe.dir)).hash]);
  const look = async () => seen.add((await readTree(recipe.dir)).hash).size;
  await commitFiles(recipe.dir, {});
  expect(await look()).toBe(1);
  await appendFile(join(recipe.dir, 'compose.yml'), 'b');
  expect(await look()).toBe(2);
  await chmod(join(recipe.dir, 'run.sh'), 0o755);
  expect(await look()).toBe(3);
  await rm(join(recipe.dir, 'run.sh'));
  await symlink('compose.yml', join(recipe.dir, 'run.sh'));
  expect(await look()).toBe(4);
});

test.each<[string, (dir: string) => Promise<void>]>([
  ['written', (dir) => writeFile(join(dir, 'compose.yml'), 'new')],
  [
    'replaced, as editors do',
    async (dir) => {
      await writeFile(join(dir, 'compose.yml.new'), 'new');
      await rename(join(dir, 'compose.yml.new'), join(dir, 'compose.yml'));
    },
  ],
  [
    'replaced and then written',
    async (dir) => {
      await writeFile(join(dir, 'compose.yml.new'), 'other');
      await rename(join(dir, 'compose.yml.new'), join(dir, 'compose.yml'));
      await appendFile(join(dir, 'compose.yml'), 'new');
    },
  ],
  [
    'made in a new directory',
    async (dir) => {
      await mkdir(join(dir, 'theme/css'), { recursive: true });
      await writeFile(join(dir, 'theme/css/style.css'), 'new');
    },
  ],
  ['removed', (dir) => rm(join(dir, 'run.sh'))],
  ['changed below', (dir) => appendFile(join(dir, 'tests/x.test.ts'), 'new')],
])('a file that is %s rings', async (_how, change) => {
  await using recipe = await makeRecipe();
  const inbox = openInbox();
  const { signal } = new AbortController();
  using watcher = watchTree(recipe.dir, () => inbox.ring());
  void watcher;
  const before = await readTree(recipe.dir);
  await change(recipe.dir);
  let tree = before;
  while (tree.hash === before.hash) {
    expect(await inbox.next(signal)).toBe('look');
    tree = await settledTree(recipe.dir, before.hash, signal);
  }
  expect(tree.hash).not.toBe(before.hash);
});

test('a file that is replaced again and again rings each time', async () => {
  await using recipe = await makeRecipe();
  const inbox = openInbox();
  const { signal } = new AbortController();
  using watcher = watchTree(recipe.dir, () => inbox.ring());
  void watcher;
  let { hash } = await readTree(recipe.dir);
  for (const text of ['one', 'two', 'three']) {
    const before = hash;
    await writeFile(join(recipe.dir, 'tests/next'), text);
    await rename(join(recipe.dir, 'tests/next'), join(recipe.dir, 'tests/x.test.ts'));
    while (hash === before) {
      await inbox.next(signal);
      ({ hash } = await settledTree(recipe.dir, before, signal));
    }
    await git(recipe.dir, 'checkout', '--quiet', 'tests/x.test.ts');
    const edited = hash;
    while (hash === edited) {
      await inbox.next(signal);
      ({ hash } = await settledTree(recipe.dir, edited, signal));
    }
  }
});

test('a directory that is made anew is watched again', async () => {
  await using recipe = await makeRecipe();
  const inbox = openInbox();
  const { signal } = new AbortController();
  using watcher = watchTree(recipe.dir, () => inbox.ring());
  void watcher;
  for (const text of ['one', 'two']) {
    const { hash } = await readTree(recipe.dir);
    await rm(join(recipe.dir, 'tests'), { recursive: true });
    await mkdir(join(recipe.dir, 'tests/deep'), { recursive: true });
    await writeFile(join(recipe.dir, 'tests/deep/file'), text);
    let tree = await settledTree(recipe.dir, hash, signal);
    const known = tree.hash;
    await appendFile(join(recipe.dir, 'tests/deep/file'), text);
    while (tree.hash === known) {
      await inbox.next(signal);
      tree = await settledTree(recipe.dir, known, signal);
    }
  }
});

test('what is ignored or git’s own is looked at and is no change', async () => {
  await using recipe = await makeRecipe();
  const { signal } = new AbortController();
  const before = await readTree(recipe.dir);
  await writeFile(join(recipe.dir, 'noise.log'), 'x');
  await commitFiles(recipe.dir, {});
  expect(await settledTree(recipe.dir, before.hash, signal)).toEqual(before);
});
