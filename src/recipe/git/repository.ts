import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CodedError } from '../../base/errors.ts';
import type { VersionTag } from '../types.ts';
import { compareVersions, parseVersion } from '../version.ts';
import { type GitOptions, mustGit, runGit } from './run-git.ts';
import { type CheckoutBounds, refuseLargeTree } from './tree-size.ts';

/** A repository on this machine: one that a person gave, or our own bare clone. */
export interface GitRepository {
  readonly gitDir: string;
}

/** A tag of a repository, version or not. */
export interface Tag {
  readonly name: string;
  readonly commit: string;
  readonly annotated: boolean;
}

const FULL_SHA = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** Options for commands on a repository, which may belong to another user. */
export function optionsFor(repository: GitRepository, signal?: AbortSignal): GitOptions {
  return { gitDir: repository.gitDir, safeDirectory: repository.gitDir, signal };
}

/** The full SHA of the commit that `ref` names; undefined when there is no such commit. */
export async function findCommit(repository: GitRepository, ref: string): Promise<string | undefined> {
  const spec = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
  const result = await runGit(spec, optionsFor(repository));
  const sha = result.stdout.trim();
  return result.exitCode === 0 && FULL_SHA.test(sha) ? sha : undefined;
}

/** The newest commit that two full SHAs have in common; undefined when there is none. */
export async function findMergeBase(
  repository: GitRepository,
  one: string,
  other: string,
): Promise<string | undefined> {
  const result = await runGit(['merge-base', one, other], optionsFor(repository));
  return result.exitCode === 0 ? result.stdout.trim() : undefined;
}

/** The id of a directory's content at a commit; undefined when there is none. Equal ids are equal content. */
export async function findTree(repository: GitRepository, ref: string, path: string): Promise<string | undefined> {
  const commit = await findCommit(repository, ref);
  if (commit === undefined) return undefined;
  const spec = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}:${path}`];
  const result = await runGit(spec, optionsFor(repository));
  return result.exitCode === 0 ? result.stdout.trim() : undefined;
}

/** Every tag that leads to a commit, by name. */
export async function listTags(repository: GitRepository): Promise<Tag[]> {
  const format = '%(refname:strip=2)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)';
  const out = await mustGit(['for-each-ref', `--format=${format}`, 'refs/tags'], optionsFor(repository));
  return out.split('\n').flatMap((line): Tag[] => {
    const [name = '', type, object = '', innerType, inner = ''] = line.split('\0');
    if (type === 'commit') return [{ name, commit: object, annotated: false }];
    return type === 'tag' && innerType === 'commit' ? [{ name, commit: inner, annotated: true }] : [];
  });
}

/** The tags that are recipe versions, oldest version first. */
export function versionTags(tags: readonly Tag[]): VersionTag[] {
  return tags
    .flatMap(({ name, commit, annotated }) => {
      const version = parseVersion(name);
      return version === undefined ? [] : [{ version, commit, annotated }];
    })
    .toSorted((a, b) => compareVersions(a.version, b.version));
}

/** True when `ancestor` is `commit` or lies in its history. */
export async function isAncestor(repository: GitRepository, ancestor: string, commit: string): Promise<boolean> {
  const result = await runGit(['merge-base', '--is-ancestor', ancestor, commit], optionsFor(repository));
  if (result.exitCode === 0 || result.exitCode === 1) return result.exitCode === 0;
  throw new CodedError({
    code: 'E_GIT',
    message: `cannot compare ${ancestor.slice(0, 12)} with ${commit.slice(0, 12)}`,
    fault: 'infrastructure',
    evidence: result.stderr.trim().split('\n'),
  });
}

/** Those of the tags that lie in the history of `head`, `head` itself left out. */
export async function tagsBefore<T extends { readonly commit: string }>(
  repository: GitRepository,
  tags: readonly T[],
  head: string,
): Promise<T[]> {
  const out = await mustGit(['rev-list', '--end-of-options', head], optionsFor(repository));
  const history = new Set(out.split('\n'));
  history.delete(head);
  return tags.filter(({ commit }) => history.has(commit));
}

export interface CheckoutOptions {
  readonly signal?: AbortSignal | undefined;
  /** What it may be; the usual bounds of this host unless given. */
  readonly bounds?: CheckoutBounds | undefined;
}

/**
 * Writes the tree of a commit into an empty or missing directory: exactly what the commit holds and no `.git`.
 * It is done from a bare repository of our own that borrows the objects, so that no configuration of the source (filters,
 * say) takes part. Submodules are left out. What is larger than a checkout may be is `E_BOUND`, before anything is written.
 */
export async function checkoutCommit(
  repository: GitRepository,
  commit: string,
  dir: string,
  { signal, bounds }: CheckoutOptions = {},
): Promise<void> {
  if (!FULL_SHA.test(commit)) throw new Error(`not a full SHA: ${commit}`);
  await refuseLargeTree(commit, optionsFor(repository, signal), bounds);
  await mkdir(dir, { recursive: true });
  const objects = await mustGit(['rev-parse', '--git-path', 'objects'], optionsFor(repository, signal));
  const format = commit.length === 64 ? 'sha256' : 'sha1';
  // Beside the tree: whoever removes what a killed run has left finds it there.
  const lender = await mkdtemp(join(dirname(resolve(dir)), '.checkout-'));
  try {
    await mustGit(['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, lender], { signal });
    await writeFile(join(lender, 'objects/info/alternates'), `${resolve(repository.gitDir, objects.trim())}\n`);
    // The commit's own attributes would change bytes on their way: what was approved by its object id has to be what runs.
    await mkdir(join(lender, 'info'), { recursive: true });
    await writeFile(join(lender, 'info/attributes'), '* -text !eol -ident !filter !working-tree-encoding\n');
    const options = { gitDir: lender, workTree: dir, indexFile: join(lender, 'index'), signal };
    await mustGit(['-c', 'core.bare=false', 'read-tree', '--reset', '-u', commit], { ...options, cwd: dir });
  } finally {
    await rm(lender, { recursive: true, force: true });
  }
}
