import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CodedError } from '../../base/errors.ts';
import { tryLock } from '../../base/lock.ts';
import type { ProcessResult } from '../../base/process.ts';
import { gitsOwnWords, whyNotFetched } from './remote-answer.ts';
import { findCommit, type GitRepository, optionsFor } from './repository.ts';
import { mustGit, runGit } from './run-git.ts';
import { removeStaleLocks } from './stale-locks.ts';

const FETCH_TIMEOUT_MS = 180_000;
const LOCK_WAIT_MS = 300_000;
/** Any name will do beside a token; git only asks for what the URL does not hold. */
const USER = 'cc-ci';

/** Where a mirror keeps the head of the remote's default branch. */
export const DEFAULT_BRANCH = 'refs/cc-ci/head';

/** Where a mirror keeps the head of a pull request, as it was when it was last fetched. */
export function pullRequestHead(pullRequest: number): string {
  return `refs/cc-ci/pull/${pullRequest}`;
}

export interface RemoteOptions {
  /** Address of the repository on its forge, `http` or `https`, without credentials. */
  readonly url: string;
  /** The bare clone that is kept; made when it is not there. */
  readonly gitDir: string;
  /** Read by the program that git asks for a password; the token is in no argument, no environment and no configuration. */
  readonly tokenFile: string;
  readonly signal?: AbortSignal | undefined;
}

export interface MirrorOptions extends RemoteOptions {
  readonly pullRequest: number;
  /** Full id of the commit that is wanted. */
  readonly sha: string;
}

/** Brings a bare clone up to date with the branches and tags of its remote. `E_FETCH` when the forge does not give them to us now. */
export async function fetchBranches(options: RemoteOptions): Promise<GitRepository> {
  await using fetching = await openMirror(options);
  mustBeFetched(options, await fetching.fetch(['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']));
  return { gitDir: options.gitDir };
}

/**
 * Brings a mirror up to date with branches, tags and the head of one pull request, taken from the base repository's own
 * `refs/pull/N/head`, and makes sure that the commit is there. `E_FETCH` when the forge does not give it to us now;
 * `E_HEAD_GONE` when it gives everything but that commit.
 */
export async function fetchPullRequest(options: MirrorOptions): Promise<GitRepository> {
  const { gitDir, pullRequest, sha, signal } = options;
  const repository: GitRepository = { gitDir };
  await using fetching = await openMirror(options);
  const { fetch } = fetching;
  const common = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*', `+HEAD:${DEFAULT_BRANCH}`];
  const fetched = await fetch([...common, `+refs/pull/${pullRequest}/head:${pullRequestHead(pullRequest)}`]);
  if (!/couldn't find remote ref/.test(gitsOwnWords(fetched))) mustBeFetched(options, fetched);
  if ((await findCommit(repository, sha)) !== undefined) return repository;
  // A push has taken its place since it was asked for; some forges still give it to who knows its id.
  await fetch([`+${sha}:refs/cc-ci/asked/${pullRequest}`]);
  signal?.throwIfAborted();
  if ((await findCommit(repository, sha)) !== undefined) return repository;
  throw new CodedError({
    code: 'E_HEAD_GONE',
    message: `${sha.slice(0, 12)} is not in the repository any more: a later push took its place`,
    fault: 'usage',
    hint: 'ask again for the commit that is the head now',
  });
}

interface Fetching extends AsyncDisposable {
  readonly fetch: (refs: readonly string[]) => ReturnType<typeof runGit>;
}

/** Makes the bare clone where there is none, and has it for ourselves until disposed of. */
async function openMirror(options: RemoteOptions): Promise<Fetching> {
  const { url, gitDir, tokenFile, signal } = options;
  // Not everybody on this machine may read what not everybody may read on the forge, nor in a mirror of an earlier version.
  await mkdir(dirname(gitDir), { recursive: true, mode: 0o700 });
  await chmod(dirname(gitDir), 0o700);
  const lock = await tryLock(`${gitDir}.lock`, { waitMs: LOCK_WAIT_MS });
  if (lock === undefined) throw cannotFetch(options, 'another process has been fetching it for minutes');
  await using parts = new AsyncDisposableStack();
  parts.use(lock);
  await removeStaleLocks(gitDir);
  await mustGit(['init', '--quiet', '--bare', '--template=', gitDir], { signal });
  const from = new URL(url);
  from.username = USER;
  const askPass = await writeAskPass(dirname(gitDir));
  const flags = ['--quiet', '--force', '--prune', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'];
  const held = parts.move();
  return {
    fetch: (refs) =>
      runGit(['fetch', ...flags, '--end-of-options', String(from), ...refs], {
        ...optionsFor({ gitDir }, signal),
        protocols: [from.protocol.slice(0, -1)],
        password: { program: askPass, file: tokenFile },
        timeoutMs: FETCH_TIMEOUT_MS,
      }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

function mustBeFetched(options: RemoteOptions, fetched: ProcessResult): void {
  if (fetched.exitCode === 0) return;
  options.signal?.throwIfAborted();
  throw cannotFetch(options, whyNotFetched(fetched));
}

/** The program that git asks for the password. It holds no secret: it reads the file that its environment names. */
async function writeAskPass(directory: string): Promise<string> {
  const path = join(directory, 'ask-pass');
  await writeFile(path, '#!/bin/sh\nexec cat -- "$CC_CI_PASSWORD_FILE"\n', { mode: 0o700, flag: 'wx' }).catch(
    (error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    },
  );
  await chmod(path, 0o700);
  return path;
}

function cannotFetch({ url }: RemoteOptions, why: string): CodedError {
  return new CodedError({
    code: 'E_FETCH',
    message: `cannot fetch ${url}: ${why}`,
    fault: 'infrastructure',
    hint: 'is the forge up, and may our account read the repository?',
  });
}
