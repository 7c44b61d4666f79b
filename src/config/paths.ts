import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where cc-ci keeps what is not part of a clone. */
export interface StatePaths {
  /** Everything below here is ours. */
  readonly state: string;
  /** One directory per run: the whole truth of that run. */
  readonly runs: string;
  /** Lock files; held by kernel locks, so a file alone means nothing. */
  readonly locks: string;
  /** What can be made again: clones of remote recipes, the empty restic repository, … */
  readonly cache: string;
  /** The authority and wildcard certificate of the built-in router. */
  readonly tls: string;
}

/**
 * The state directory: `CC_CI_STATE` when set, `/var/lib/cc-ci` for root, else the user's XDG state directory.
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
        : join(env['XDG_STATE_HOME'] ?? join(homedir(), '.local/state'), 'cc-ci');
  return {
    state,
    runs: join(state, 'runs'),
    locks: join(state, 'locks'),
    cache: join(state, 'cache'),
    tls: join(state, 'tls'),
  };
}
