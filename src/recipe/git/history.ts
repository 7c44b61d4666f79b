import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type GitRepository, listTags, optionsFor } from './repository.ts';
import { mustGit } from './run-git.ts';
import { type CheckoutBounds, refuseLargeTree } from './tree-size.ts';

/** Where a packed history keeps what a run was made from. */
const HEAD_REF = 'refs/heads/head';
const BASE_REF = 'refs/heads/base';
const WORKTREE_REF = 'refs/heads/worktree';

export interface PackOptions {
  readonly head: string;
  readonly base?: string | undefined;
  /** A tree with changes that no commit has. What its own `.gitignore` names is left out. */
  readonly worktree?: string | undefined;
  /** An existing directory of the caller's: what a killed process leaves in it is the caller's to remove. */
  readonly scratchDir: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes one file (a git bundle) with the history of a head, a base and every tag: whoever has it can check out the very same
 * commits, and finds the same releases before them. Nothing is written to the repository; a shallow one cannot be packed
 * (`E_GIT`).
 */
export async function packHistory(repository: GitRepository, file: string, options: PackOptions): Promise<void> {
  const { head, base, worktree, scratchDir, signal } = options;
  const [objects, tagRefs] = await Promise.all([
    mustGit(['rev-parse', '--git-path', 'objects'], optionsFor(repository, signal)),
    mustGit(['for-each-ref', '--format=%(objectname) %(refname)', 'refs/tags'], optionsFor(repository, signal)),
    mkdir(dirname(file), { recursive: true }),
  ]);
  const scratch = await mkdtemp(join(scratchDir, 'pack-'));
  try {
    const gitDir = await borrow(resolve(repository.gitDir, objects.trim()), join(scratch, 'git'), head, signal);
    const refs = [[head, HEAD_REF], ...(base === undefined ? [] : [[base, BASE_REF]])].map((pair) => pair.join(' '));
    if (worktree !== undefined) refs.push(`${await commitTree(gitDir, worktree, head, signal)} ${WORKTREE_REF}`);
    const known = new Set((await listTags(repository)).map(({ name }) => `refs/tags/${name}`));
    const tags = tagRefs.split('\n').filter((line) => known.has(line.slice(line.indexOf(' ') + 1)));
    await writeFile(join(gitDir, 'packed-refs'), packedRefs([...refs, ...tags]));
    await mustGit(['bundle', 'create', '--quiet', resolve(file), '--all'], { gitDir, signal });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * Makes a repository at `directory` from a packed history. Its head is `commit`, the packed one; where a changed work tree was
 * packed, its files are checked out as uncommitted changes. A file that is no such pack is `E_GIT`, one that unfolds to more than
 * a checkout may be `E_BOUND`.
 */
export async function unpackHistory(
  file: string,
  directory: string,
  commit: string,
  bounds?: CheckoutBounds,
): Promise<void> {
  const gitDir = join(directory, '.git');
  await mkdir(directory, { recursive: true });
  await mustGit(['init', '--quiet', '--template=', `--object-format=${formatOf(commit)}`, directory]);
  const options = { gitDir, workTree: directory, cwd: directory };
  const fetch = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules'];
  const specs = ['+refs/heads/*:refs/cc-ci/*', '+refs/tags/*:refs/tags/*'];
  await mustGit([...fetch, '--end-of-options', resolve(file), ...specs], { gitDir, protocols: ['file'] });
  await mustGit(['symbolic-ref', 'HEAD', HEAD_REF], { gitDir });
  await mustGit(['update-ref', HEAD_REF, commit], { gitDir });
  const tree = await mustGit(['rev-parse', '--verify', '--quiet', 'refs/cc-ci/worktree'], { gitDir }).catch(() => '');
  const wanted = tree.trim() === '' ? commit : tree.trim();
  await refuseLargeTree(wanted, { gitDir }, bounds);
  await mustGit(['read-tree', '--reset', '-u', wanted], options);
  if (tree.trim() !== '') await mustGit(['read-tree', HEAD_REF], options);
}

/** A bare repository of our own that borrows the objects: no configuration of the source takes part. */
async function borrow(objects: string, gitDir: string, commit: string, signal?: AbortSignal): Promise<string> {
  const format = `--object-format=${formatOf(commit)}`;
  await mustGit(['init', '--quiet', '--bare', '--template=', format, gitDir], { signal });
  await mkdir(join(gitDir, 'objects/info'), { recursive: true });
  await writeFile(join(gitDir, 'objects/info/alternates'), `${objects}\n`);
  return gitDir;
}

function formatOf(commit: string): 'sha1' | 'sha256' {
  return commit.length === 64 ? 'sha256' : 'sha1';
}

async function commitTree(gitDir: string, workTree: string, parent: string, signal?: AbortSignal): Promise<string> {
  const options = { gitDir, workTree, cwd: workTree, indexFile: join(gitDir, 'index'), signal };
  await mustGit(['-c', 'core.bare=false', 'add', '--all'], options);
  const tree = (await mustGit(['-c', 'core.bare=false', 'write-tree'], options)).trim();
  const identity = ['-c', 'user.name=cc-ci', '-c', 'user.email=cc-ci@localhost'];
  return (
    await mustGit([...identity, 'commit-tree', '-p', parent, '-m', 'the work tree as it was', tree], options)
  ).trim();
}

function packedRefs(lines: readonly string[]): string {
  const byName = lines.toSorted((a, b) => (a.slice(a.indexOf(' ')) < b.slice(b.indexOf(' ')) ? -1 : 1));
  return `# pack-refs with: sorted\n${byName.join('\n')}\n`;
}
