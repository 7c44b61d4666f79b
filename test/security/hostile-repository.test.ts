import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CodedError } from '../../src/base/errors.ts';
import { mustRun } from '../../src/base/process.ts';
import { readRecipeSettings } from '../../src/custom/recipe-settings.ts';
import { loadStack } from '../../src/recipe/compose/load.ts';
import { checkoutCommit, findCommit } from '../../src/recipe/git/repository.ts';
import { resolveSource } from '../../src/recipe/git/source.ts';

let root: string;
let recipe: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cc-ci-hostile-'));
  recipe = join(root, 'recipe');
  await mkdir(recipe);
  await git('init', '--quiet', '--initial-branch=main');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const git = async (...args: string[]) => {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org'];
  return (await mustRun(['git', '-C', recipe, ...identity, ...args])).stdout.trim();
};
const commit = async (files: Readonly<Record<string, string>>) => {
  for (const [name, text] of Object.entries(files)) await writeFile(join(recipe, name), text);
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'evil', '--allow-empty');
  return git('rev-parse', 'HEAD');
};
const traces = () =>
  access(join(root, 'trace')).then(
    () => true,
    () => false,
  );

test('what is written is what the commit holds, byte by byte, whatever its attributes ask for', async () => {
  const files = {
    'a.txt': 'one\ntwo\n',
    'b.txt': 'one\r\ntwo\r\n',
    'c.txt': '$Id$ $Format:%B$\n',
    'd.txt': 'plain\n',
  };
  const plain = await commit(files);
  const attributes =
    'a.txt text eol=crlf\nb.txt text eol=lf\nc.txt ident export-subst\nd.txt working-tree-encoding=UTF-16\n';
  // Written as an object, since adding the files again would change them, too.
  await writeFile(join(recipe, '.gitattributes'), attributes);
  await git('add', '.gitattributes');
  await git('commit', '--quiet', '--message', 'attributes');
  const sha = await git('rev-parse', 'HEAD');
  expect(await git('rev-parse', `${sha}:a.txt`, `${sha}:d.txt`)).toBe(
    await git('rev-parse', `${plain}:a.txt`, `${plain}:d.txt`),
  );
  const target = join(root, 'checkout');
  await checkoutCommit({ gitDir: join(recipe, '.git') }, sha, target);
  for (const [name, text] of Object.entries(files)) expect(await readFile(join(target, name), 'utf8')).toBe(text);
});

describe('what a repository brings is not run', () => {
  test('submodules, filters and hooks', async () => {
    const touch = `touch ${join(root, 'trace')}`;
    const hooks = join(recipe, '.git/hooks');
    await mkdir(hooks, { recursive: true });
    await writeFile(join(hooks, 'post-checkout'), `#!/bin/sh\n${touch}\n`, { mode: 0o755 });
    const sha = await commit({
      '.gitattributes': '* filter=evil diff=evil\n',
      '.gitmodules': `[submodule "sub"]\n\tpath = sub\n\turl = ext::sh -c ${touch.replaceAll(' ', '%')}\n`,
      'compose.yml': 'services: {}\n',
    });
    await git('config', 'filter.evil.smudge', `${touch}; cat`);
    await git('config', 'core.fsmonitor', touch);
    await rm(join(root, 'trace'), { force: true });
    const target = join(root, 'checkout');
    await checkoutCommit({ gitDir: join(recipe, '.git') }, sha, target);
    expect(await readFile(join(target, 'compose.yml'), 'utf8')).toBe('services: {}\n');
    expect(await traces()).toBe(false);
    // A plain checkout does run what is there.
    await rm(join(recipe, 'compose.yml'));
    await git('checkout', '--quiet', '--force', sha);
    expect(await traces()).toBe(true);
  });

  test.each(['--upload-pack=touch trace', '--output=trace', '-q'])('nor is %s an option', async (ref) => {
    await commit({ 'compose.yml': 'services: {}\n' });
    expect(await findCommit({ gitDir: join(recipe, '.git') }, ref)).toBeUndefined();
  });

  test.each(['ext::sh -c touch% trace', 'file:///etc', '-oProxyCommand=touch trace', 'ssh://-oProxyCommand=touch/x'])(
    'nor is %s a source',
    async (url) => {
      await expect(
        resolveSource(url, { cacheDir: join(root, 'cache'), checkoutDir: join(root, 'out') }),
      ).rejects.toBeInstanceOf(CodedError);
    },
  );
});

describe('names that mean something to JavaScript are refused or like others', () => {
  const polluted = () => ({}) as Readonly<Record<string, unknown>>;

  test('in a stack file', async () => {
    const text = 'services: {app: {image: x, environment: {constructor: c, __proto__: p}}}';
    await writeFile(join(root, 'compose.yml'), text);
    await expect(loadStack({ root, files: ['compose.yml'], env: {} })).rejects.toThrow('not allowed: __proto__');
  });

  test('in the settings of a recipe', async () => {
    await writeFile(join(root, 'recipe.yaml'), '__proto__: {polluted: 1}\nconstructor: {prototype: {polluted: 1}}\n');
    await expect(readRecipeSettings(root)).rejects.toMatchObject({ code: 'E_RECIPE_SETTINGS' });
    expect(polluted()['polluted']).toBeUndefined();
  });
});
