import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../../base/errors.ts';
import { shortHash } from '../../base/ids.ts';
import { tryLock } from '../../base/lock.ts';
import { trimEndOf } from '../../base/text.ts';
import { whyNotFetched } from './remote-answer.ts';
import { findCommit, type GitRepository, optionsFor } from './repository.ts';
import { mustGit, runGit } from './run-git.ts';
import { removeStaleLocks } from './stale-locks.ts';

const FETCH_TIMEOUT_MS = 180_000;
const LOCK_WAIT_MS = 300_000;
/** Where a commit that was asked for by SHA or by an uncommon ref is kept. */
const ASKED = 'refs/cc-ci/asked';
const DEFAULT_HEAD = 'refs/cc-ci/head';

/** A remote repository that may be fetched. */
export interface Remote {
  readonly url: string;
  readonly protocol: 'https' | 'ssh' | 'file';
  readonly name: string;
}

/** True for what looks like a URL or `user@host:path` rather than a path. */
export function isRemote(source: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(source) || /^[\w.-]+@[\w.-]+:/.test(source);
}

/** Reads a remote's URL. Only https, ssh and file are taken, and never with a password: it would show in process lists. */
export function parseRemote(url: string): Remote {
  // A space and the like are written `%20` in a URL; a name with such a thing in it would only mislead.
  const name = lastName(trimEndOf(url.replaceAll(/%[0-9a-f]{2}/gi, '-'), '/'));
  if (/^[\w.-]+@[\w.-]+:/.test(url) && name !== undefined) return { url, protocol: 'ssh', name };
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const protocol = parsed?.protocol.slice(0, -1);
  if (protocol !== 'https' && protocol !== 'ssh' && protocol !== 'file') {
    throw refused(`${protocol ?? 'this'} is no transport for recipes`, 'use https://, ssh:// or file://');
  }
  if (parsed?.password !== '' || (protocol === 'https' && parsed.username !== '')) {
    throw refused('the URL holds credentials', 'leave them out: use a public URL, or ssh with a key');
  }
  if (name === undefined || parsed.hostname.startsWith('-')) throw refused('this is no URL of a repository', '');
  return { url, protocol, name };
}

/** The name at the end of an address, without `.git`. */
function lastName(address: string): string | undefined {
  let start = address.length;
  while (start > 0 && /[\w.+-]/.test(address.charAt(start - 1))) start -= 1;
  const name = address.slice(start);
  if (name === '') return undefined;
  return name.endsWith('.git') && name.length > 4 ? name.slice(0, -4) : name;
}

/**
 * Brings a bare clone in the cache up to date (branches, tags, the ref that was asked for) and resolves the ref. Commit is
 * undefined when the remote has no such ref. One process at a time works on a clone.
 */
export async function fetchRemote(
  remote: Remote,
  ref: string | undefined,
  cacheDir: string,
  signal?: AbortSignal,
): Promise<{ repository: GitRepository; commit: string | undefined }> {
  const repository: GitRepository = {
    gitDir: join(cacheDir, 'git', `${remote.name}-${shortHash(remote.url, 16)}.git`),
  };
  await using lock = await tryLock(`${repository.gitDir}.lock`, { waitMs: LOCK_WAIT_MS });
  if (lock === undefined) {
    throw new CodedError({
      code: 'E_CLONE_BUSY',
      message: `another process has been fetching ${remote.url} for minutes`,
      fault: 'infrastructure',
    });
  }
  await removeStaleLocks(repository.gitDir);
  await mkdir(repository.gitDir, { recursive: true });
  await mustGit(['init', '--quiet', '--bare', '--template=', repository.gitDir], { signal });
  const quiet = ['--quiet', '--force', '--prune', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'];
  const fetch = ['fetch', ...quiet, '--end-of-options', remote.url];
  const options = { ...optionsFor(repository, signal), protocols: [remote.protocol], timeoutMs: FETCH_TIMEOUT_MS };
  const common = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*', `+HEAD:${DEFAULT_HEAD}`];
  const fetched = await runGit([...fetch, ...common], options);
  if (fetched.exitCode !== 0) {
    signal?.throwIfAborted();
    throw new CodedError({
      code: 'E_FETCH',
      message: `cannot fetch ${remote.url}: ${whyNotFetched(fetched)}`,
      fault: 'infrastructure',
      hint: 'check the address and that this machine may read the repository',
    });
  }
  if (ref === undefined || ref === 'HEAD') return { repository, commit: await findCommit(repository, DEFAULT_HEAD) };
  const known = await findCommit(repository, ref);
  if (known !== undefined || !/^[\w][\w./-]*$/.test(ref)) return { repository, commit: known };
  const extra = await runGit([...fetch, `+${ref}:${ASKED}`], options);
  return { repository, commit: extra.exitCode === 0 ? await findCommit(repository, ASKED) : undefined };
}

function refused(message: string, hint: string): CodedError {
  return new CodedError({ code: 'E_SOURCE', message, fault: 'usage', hint });
}
