import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRemote } from '../../src/recipe/git/remote.ts';
import { checkoutCommit, isAncestor, tagsBefore } from '../../src/recipe/git/repository.ts';
import { runGit } from '../../src/recipe/git/run-git.ts';
import { isDirty, resolveSource } from '../../src/recipe/git/source.ts';
import { readInside } from '../../src/recipe/inside.ts';
import { commitFiles, git, makeScratch, type Scratch, writeFiles } from './recipe-repository.ts';

let scratch: Scratch;
let repo: string;
let commits: string[];
const options = () => ({ cacheDir: join(scratch.dir, 'cache'), checkoutDir: join(scratch.dir, 'out') });

beforeEach(async () => {
  scratch = await makeScratch();
  repo = join(scratch.dir, 'notebook');
  await mkdir(repo);
  await git(repo, 'init', '--quiet');
  commits = [await commitFiles(repo, { 'compose.yml': 'one\n', 'run.sh': '#!/bin/sh\n' })];
  await git(repo, 'tag', '--annotate', '--message', 'release', '1.0.0+1.0');
  commits.push(await commitFiles(repo, { 'compose.yml': 'two\n' }));
  await git(repo, 'tag', '1.1.0+1.1');
  await git(repo, 'tag', 'not-a-version');
  commits.push(await commitFiles(repo, { 'compose.yml': 'three\n', 'sub/a.txt': 'a' }));
});

afterEach(() => scratch[Symbol.asyncDispose]());

describe('resolveSource with a path', () => {
  it('writes the exact tree of HEAD and nothing else', async () => {
    const found = await resolveSource(repo, options());
    expect(found).toMatchObject({ name: 'notebook', commit: commits[2], ref: 'HEAD', dirty: false });
    expect((await readdir(found.dir)).toSorted()).toEqual(['compose.yml', 'run.sh', 'sub']);
    expect(found.tags.map(({ version, commit, annotated }) => [version.text, commit, annotated])).toEqual([
      ['1.0.0+1.0', commits[0], true],
      ['1.1.0+1.1', commits[1], false],
    ]);
  });

  it('takes a ref, and then the work tree plays no part', async () => {
    await writeFiles(repo, { 'untracked.txt': 'x' });
    const found = await resolveSource(repo, { ...options(), ref: '1.0.0+1.0' });
    expect(found.commit).toBe(commits[0]);
    expect(await readFile(join(found.dir, 'compose.yml'), 'utf8')).toBe('one\n');
  });

  it('refuses a dirty tree; an untracked file counts and is named', async () => {
    await writeFiles(repo, { 'untracked.txt': 'x' });
    expect(await isDirty(repo)).toBe(true);
    await expect(resolveSource(repo, options())).rejects.toMatchObject({
      code: 'E_DIRTY',
      evidence: ['?? untracked.txt'],
    });
  });

  it('copies the work tree as it is with `worktree`, and says so', async () => {
    await writeFiles(repo, { 'compose.yml': 'changed\n' });
    const found = await resolveSource(repo, { ...options(), worktree: true });
    expect(found).toMatchObject({ dirty: true, commit: commits[2] });
    expect(await readFile(join(found.dir, 'compose.yml'), 'utf8')).toBe('changed\n');
    expect(existsSync(join(found.dir, '.git'))).toBe(false);
  });

  it('runs no hook and no filter of the source', async () => {
    await commitFiles(repo, { '.gitattributes': '*.yml filter=evil\n' });
    const marker = join(scratch.dir, 'ran');
    const script = join(scratch.dir, 'evil.sh');
    await writeFile(script, `#!/bin/sh\ntouch ${marker}\ncat\n`);
    await chmod(script, 0o755);
    await git(repo, 'config', 'filter.evil.smudge', script);
    await mkdir(join(repo, '.git/hooks'), { recursive: true });
    await writeFile(join(repo, '.git/hooks/post-checkout'), `#!/bin/sh\ntouch ${marker}\n`);
    await chmod(join(repo, '.git/hooks/post-checkout'), 0o755);
    await resolveSource(repo, options());
    expect(existsSync(marker)).toBe(false);
  });

  it('keeps a symlink as one and refuses to read through it to the outside', async () => {
    await symlink('/etc/passwd', join(repo, '.env.sample'));
    await commitFiles(repo, {});
    const { dir } = await resolveSource(repo, options());
    expect((await lstat(join(dir, '.env.sample'))).isSymbolicLink()).toBe(true);
    expect(await readlink(join(dir, '.env.sample'))).toBe('/etc/passwd');
    await expect(readInside(dir, '.env.sample')).rejects.toMatchObject({ code: 'E_OUTSIDE_CHECKOUT' });
    await expect(readInside(dir, '../notebook/compose.yml')).rejects.toMatchObject({ code: 'E_OUTSIDE_CHECKOUT' });
    expect(await readInside(dir, 'none.txt')).toBeUndefined();
  });

  it.each(['nowhere', '--upload-pack=x', 'HEAD~9'])('refuses the ref %s', async (ref) => {
    await expect(resolveSource(repo, { ...options(), ref })).rejects.toMatchObject({ code: 'E_UNKNOWN_REF' });
  });

  it('says when there is no commit yet', async () => {
    const empty = join(scratch.dir, 'empty');
    await git(scratch.dir, 'init', '--quiet', empty);
    await expect(resolveSource(empty, options())).rejects.toMatchObject({
      code: 'E_UNKNOWN_REF',
      message: `${empty} holds no commit yet`,
    });
  });

  it('refuses a directory that only lies in a repository', async () => {
    await expect(resolveSource(join(repo, 'sub'), options())).rejects.toMatchObject({ code: 'E_NOT_A_REPOSITORY' });
  });
});

describe('resolveSource with a URL', () => {
  const url = () => `file://${repo}`;

  it('fetches the default branch and tags, and again after a push', async () => {
    expect(await resolveSource(url(), options())).toMatchObject({ name: 'notebook', commit: commits[2] });
    const next = await commitFiles(repo, { 'compose.yml': 'four\n' });
    const again = await resolveSource(url(), { ...options(), checkoutDir: join(scratch.dir, 'again') });
    expect(again.commit).toBe(next);
    expect(again.tags).toHaveLength(2);
  });

  it('reads a name that the URL had to encode', () => {
    expect(parseRemote('file:///srv/my%20notes.git').name).toBe('my-notes');
  });

  it('fetches a commit that only a pull request has', async () => {
    await git(repo, 'checkout', '--quiet', '--detach');
    const sha = await commitFiles(repo, { 'compose.yml': 'pull\n' });
    await git(repo, 'update-ref', 'refs/pull/7/head', sha);
    await git(repo, 'checkout', '--quiet', 'main');
    expect((await resolveSource(url(), { ...options(), ref: 'refs/pull/7/head' })).commit).toBe(sha);
  });

  it('says when the remote cannot be fetched', async () => {
    const nowhere = `file://${join(scratch.dir, 'nowhere')}`;
    await expect(resolveSource(nowhere, options())).rejects.toMatchObject({ code: 'E_FETCH', fault: 'infrastructure' });
  });

  it('says when the remote has no such ref', async () => {
    await expect(resolveSource(url(), { ...options(), ref: 'nowhere' })).rejects.toMatchObject({
      code: 'E_UNKNOWN_REF',
    });
  });

  it.each([
    'http://example.com/a.git',
    'ext::sh -c id',
    'git://example.com/a',
    'https://user:word@example.com/a.git',
    'https://token@example.com/a.git',
    'ssh://-oProxyCommand=id/a',
  ])('refuses %s', (text) => {
    expect(() => parseRemote(text)).toThrow(expect.objectContaining({ code: 'E_SOURCE' }));
  });

  it.each([
    ['https://git.example.com/org/wiki.git', 'https', 'wiki'],
    ['ssh://git@example.com:2222/org/wiki', 'ssh', 'wiki'],
    ['git@example.com:org/wiki.git', 'ssh', 'wiki'],
  ])('takes %s', (text, protocol, name) => {
    expect(parseRemote(text)).toEqual({ url: text, protocol, name });
  });
});

describe('runGit', () => {
  it('uses no transport that was not named', async () => {
    const marker = join(scratch.dir, 'ran');
    const helper = `ext::touch ${marker}`;
    expect((await runGit(['ls-remote', helper])).stderr).toContain("transport 'ext' not allowed");
    expect((await runGit(['ls-remote', `file://${repo}`])).stderr).toContain("transport 'file' not allowed");
    expect((await runGit(['ls-remote', `file://${repo}`], { protocols: ['file'] })).exitCode).toBe(0);
    expect(existsSync(marker)).toBe(false);
  });

  it('runs no hook', async () => {
    const marker = join(scratch.dir, 'ran');
    await mkdir(join(repo, '.git/hooks'), { recursive: true });
    await writeFile(join(repo, '.git/hooks/update-ref-test'), `#!/bin/sh\ntouch ${marker}\n`);
    await chmod(join(repo, '.git/hooks/update-ref-test'), 0o755);
    const hook = ['hook', 'run', '--ignore-missing', 'update-ref-test'];
    await git(repo, ...hook);
    expect(existsSync(marker)).toBe(true);
    await rm(marker);
    await runGit(hook, { gitDir: join(repo, '.git'), cwd: repo });
    expect(existsSync(marker)).toBe(false);
  });
});

describe('history', () => {
  it('knows ancestors, and the tags before a commit without its own', async () => {
    const { repository, tags } = await resolveSource(repo, options());
    const [first = '', second = '', third = ''] = commits;
    expect(await isAncestor(repository, first, third)).toBe(true);
    expect(await isAncestor(repository, third, first)).toBe(false);
    expect((await tagsBefore(repository, tags, third)).map(({ version }) => version.text)).toEqual([
      '1.0.0+1.0',
      '1.1.0+1.1',
    ]);
    expect((await tagsBefore(repository, tags, second)).map(({ version }) => version.text)).toEqual(['1.0.0+1.0']);
  });

  it('writes any commit beside the first checkout', async () => {
    const { repository } = await resolveSource(repo, options());
    await checkoutCommit(repository, commits[0] ?? '', join(scratch.dir, 'base'));
    expect(await readFile(join(scratch.dir, 'base/compose.yml'), 'utf8')).toBe('one\n');
  });
});
