import { cp, mkdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CodedError } from '../../base/errors.ts';
import type { VersionTag } from '../types.ts';
import { fetchRemote, isRemote, parseRemote } from './remote.ts';
import {
  type CheckoutOptions,
  checkoutCommit,
  findCommit,
  type GitRepository,
  listTags,
  optionsFor,
  versionTags,
} from './repository.ts';
import { mustGit } from './run-git.ts';

export interface SourceOptions extends CheckoutOptions {
  /** Branch, tag or SHA. Default: what is checked out, or the remote's default branch. */
  readonly ref?: string | undefined;
  /** Take the work tree as it is, changes included. Only for paths. */
  readonly worktree?: boolean | undefined;
  /** Where clones of remote recipes are kept. */
  readonly cacheDir: string;
  /** Empty or missing: the tree is written here. */
  readonly checkoutDir: string;
}

/** A recipe's tree at an exact commit, written into `dir`. */
export interface ResolvedSource {
  /** Last part of the path or URL, without `.git`. */
  readonly name: string;
  /** The path or URL that was asked for; it never holds a password. */
  readonly source: string;
  /** The ref that was asked for, or `HEAD`. */
  readonly ref: string;
  readonly commit: string;
  readonly dirty: boolean;
  readonly dir: string;
  readonly repository: GitRepository;
  readonly tags: readonly VersionTag[];
}

/**
 * Resolves a path or URL to one commit and writes its tree into `checkoutDir`. A work tree with changes (untracked files
 * count) is refused as `E_DIRTY` unless `worktree`, which copies the tree as it is.
 */
export async function resolveSource(pathOrUrl: string, options: SourceOptions): Promise<ResolvedSource> {
  if (isRemote(pathOrUrl)) return resolveRemote(pathOrUrl, options);
  const path = await realpath(pathOrUrl).catch(() => undefined);
  if (path === undefined) throw usage('E_SOURCE', `${pathOrUrl} does not exist`, 'give a directory or a git URL');
  const { repository, bare } = await openRepository(path);
  const asked = options.ref ?? 'HEAD';
  const commit = await findCommit(repository, asked);
  if (commit === undefined) throw options.ref === undefined ? noCommit(pathOrUrl) : unknownRef(asked, pathOrUrl);
  const changes = bare ? [] : await listChanges(path, repository);
  if (options.worktree === true) {
    if (bare || options.ref !== undefined) {
      throw usage('E_SOURCE', 'a work tree has no other ref, and a bare repository has no work tree', 'leave out one');
    }
    await copyWorkTree(path, options.checkoutDir);
  } else {
    // With an explicit ref the work tree plays no part: what is tested is that commit.
    if (changes.length > 0 && options.ref === undefined) throw dirtyTree(path, changes);
    await checkoutCommit(repository, commit, options.checkoutDir, options);
  }
  return {
    name: basename(path).replace(/\.git$/, ''),
    source: pathOrUrl,
    ref: asked,
    commit,
    dirty: options.worktree === true && changes.length > 0,
    dir: options.checkoutDir,
    repository,
    tags: versionTags(await listTags(repository)),
  };
}

/** True when the work tree at `path` holds changes or untracked files. */
export async function isDirty(path: string): Promise<boolean> {
  const { repository, bare } = await openRepository(await realpath(path));
  return !bare && (await listChanges(path, repository)).length > 0;
}

/** The repository whose top is `path`, or undefined: a directory that merely lies in one does not count. */
export async function findRepository(path: string): Promise<GitRepository | undefined> {
  return openRepository(await realpath(path)).then(
    ({ repository }) => repository,
    () => undefined,
  );
}

/** The paths of a work tree that git tracks or would: all but what is ignored, sorted. Tracked ones may have been removed. */
export async function listWorkTree(path: string): Promise<string[]> {
  const { repository, bare } = await openRepository(path);
  if (bare) throw usage('E_SOURCE', `${path} has no work tree`, 'give the directory that holds .git');
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const out = await mustGit(args, { ...optionsFor(repository), workTree: path, cwd: path });
  return [...new Set(out.split('\0'))].filter((name) => name !== '').toSorted();
}

async function resolveRemote(url: string, options: SourceOptions): Promise<ResolvedSource> {
  const remote = parseRemote(url);
  if (options.worktree === true) throw usage('E_SOURCE', 'a URL has no work tree', 'leave out --worktree');
  const { repository, commit } = await fetchRemote(remote, options.ref, options.cacheDir, options.signal);
  if (commit === undefined) throw options.ref === undefined ? noCommit(url) : unknownRef(options.ref, url);
  await checkoutCommit(repository, commit, options.checkoutDir, options);
  return {
    name: remote.name,
    source: url,
    ref: options.ref ?? 'HEAD',
    commit,
    dirty: false,
    dir: options.checkoutDir,
    repository,
    tags: versionTags(await listTags(repository)),
  };
}

async function openRepository(path: string): Promise<{ repository: GitRepository; bare: boolean }> {
  const dotGit = join(path, '.git');
  const hasDotGit = await stat(dotGit).then(
    () => true,
    () => false,
  );
  const candidate: GitRepository = { gitDir: hasDotGit ? dotGit : path };
  const found = await mustGit(['rev-parse', '--absolute-git-dir'], { ...optionsFor(candidate), cwd: path }).catch(
    (error: unknown) => {
      throw new CodedError({
        code: 'E_NOT_A_REPOSITORY',
        message: `${path} is not the top of a git repository`,
        fault: 'usage',
        hint: 'give the directory that holds .git, and commit at least once',
        cause: error,
      });
    },
  );
  return { repository: { gitDir: found.trim() }, bare: !hasDotGit };
}

async function listChanges(path: string, repository: GitRepository): Promise<string[]> {
  const out = await mustGit(['status', '--porcelain=v1', '--ignore-submodules=all', '-z'], {
    ...optionsFor(repository),
    workTree: path,
    cwd: path,
  });
  return out.split('\0').filter((entry) => entry !== '');
}

async function copyWorkTree(path: string, dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  await cp(path, dir, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => source !== join(path, '.git'),
  });
}

function dirtyTree(path: string, changes: readonly string[]): CodedError {
  return new CodedError({
    code: 'E_DIRTY',
    message: `${path} holds changes that no commit has`,
    fault: 'usage',
    hint: 'commit them, or use --worktree to take the tree as it is (its version is then labelled +U)',
    evidence: changes.slice(0, 10),
  });
}

function unknownRef(ref: string, source: string): CodedError {
  return usage('E_UNKNOWN_REF', `${source} has no commit ${ref}`, 'give a branch, a tag or a SHA that was pushed');
}

function noCommit(source: string): CodedError {
  return usage('E_UNKNOWN_REF', `${source} holds no commit yet`, 'commit the recipe: what is tested is a commit');
}

function usage(code: string, message: string, hint: string): CodedError {
  return new CodedError({ code, message, fault: 'usage', hint });
}
