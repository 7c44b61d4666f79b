import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mustRun } from '../../src/base/process.ts';

/** A directory that is gone when the test ends. */
export interface Scratch extends AsyncDisposable {
  readonly dir: string;
}

export async function makeScratch(): Promise<Scratch> {
  const dir = await mkdtemp(join(tmpdir(), 'cc-ci-recipe-test-'));
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}

export async function writeFiles(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
}

/** Runs git as a maintainer would, with a name and a fixed clock. */
export async function git(dir: string, ...args: string[]): Promise<string> {
  const env = {
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'Test',
    GIT_AUTHOR_EMAIL: 'test@example.com',
    GIT_COMMITTER_NAME: 'Test',
    GIT_COMMITTER_EMAIL: 'test@example.com',
  };
  const result = await mustRun(['git', '-c', 'init.defaultBranch=main', ...args], { cwd: dir, env });
  return result.stdout.trim();
}

/** Writes files and commits all; returns the new commit. */
export async function commitFiles(dir: string, files: Readonly<Record<string, string>>): Promise<string> {
  await writeFiles(dir, files);
  await git(dir, 'add', '--all');
  await git(dir, 'commit', '--quiet', '--allow-empty', '--message', 'change');
  return git(dir, 'rev-parse', 'HEAD');
}
