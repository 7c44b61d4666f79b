import { homedir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '../base/errors.ts';

/** Where cc-ci keeps what is not part of a clone. */
export interface StatePaths {
  /** Everything below here is ours. */
  readonly state: string;
  /** One directory per run: the whole truth of that run. */
  readonly runs: string;
  /** Lock files; held by kernel locks, so a file alone means nothing. */
  readonly locks: string;
  /** Locks and claims on what a host has only once (ports, memory, addresses): all installations of one user share them. */
  readonly hostLocks: string;
  /** What can be made again: clones of remote recipes, the empty restic repository, … */
  readonly cache: string;
  /** The authority and wildcard certificate of the built-in router. */
  readonly tls: string;
}

/**
 * The state directory: `CC_CI_STATE` when set, `/var/lib/cc-ci` for root, else the user's XDG state directory. What belongs
 * to the host lies outside of it, in `/run/lock/cc-ci` or the user's own runtime directory: both are empty after a reboot.
 */
export function statePaths(
  env: Readonly<Record<string, string | undefined>> = process.env,
  uid = process.getuid?.() ?? 1,
): StatePaths {
  const given = env['CC_CI_STATE'];
  const state =
    given !== undefined && given !== ''
      ? given
      : uid === 0
        ? '/var/lib/cc-ci'
        : join(env['XDG_STATE_HOME'] ?? join(homeOf(env), '.local/state'), 'cc-ci');
  const runtime = uid === 0 ? '/run/lock' : env['XDG_RUNTIME_DIR'];
  return {
    state,
    runs: join(state, 'runs'),
    locks: join(state, 'locks'),
    hostLocks:
      env['CC_CI_HOST_LOCKS'] || (runtime === undefined ? join(state, 'locks', 'host') : join(runtime, 'cc-ci')),
    cache: join(state, 'cache'),
    tls: join(state, 'tls'),
  };
}

/** Where `HOME` does not say it the account does, and a user may have a number and no account. */
function homeOf(env: Readonly<Record<string, string | undefined>>): string {
  try {
    return env['HOME'] || homedir();
  } catch {
    throw new CodedError({
      code: 'E_HOME',
      message: 'the state directory is not known: this user has neither an account nor HOME',
      fault: 'usage',
      where: { key: 'CC_CI_STATE' },
      hint: 'set CC_CI_STATE to a directory that this user may write to',
    });
  }
}
