import type { Argv } from '../base/process.ts';

export interface Confinement {
  readonly readOnly: readonly string[];
  readonly writable: readonly string[];
}

/**
 * Wraps a program so that it sees the system's programs, the given directories and nothing else of the host, and has no
 * network. Volumes hold what an untrusted app put there: a symbolic link that it plants must lead nowhere, since we follow
 * paths in volumes as root.
 */
export function confine(argv: Argv, { readOnly, writable }: Confinement): Argv {
  return [
    'bwrap',
    '--unshare-pid',
    '--unshare-net',
    '--unshare-ipc',
    '--unshare-uts',
    '--die-with-parent',
    '--new-session',
    ...['/usr', '/bin', '/sbin', '/lib', '/lib64'].flatMap((path) => ['--ro-bind-try', path, path]),
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--tmpfs',
    '/tmp',
    ...readOnly.flatMap((path) => ['--ro-bind', path, path]),
    ...writable.flatMap((path) => ['--bind', path, path]),
    '--chdir',
    '/',
    '--',
    ...argv,
  ];
}
