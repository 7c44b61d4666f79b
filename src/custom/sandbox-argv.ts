import { INSIDE } from '../../kit/protocol.ts';
import type { Argv } from '../base/process.ts';

/** What the sandbox is made of; all paths are the host's. */
export interface SandboxSpec {
  /** Root sheds its rights with setpriv; anyone else needs unprivileged user namespaces. */
  readonly asRoot: boolean;
  /** The staged directory: `etc/`, `cc-ci/`, `tests/`, `run/`. */
  readonly staging: string;
  readonly nodeBinary: string;
  readonly playwrightDir: string;
  /** Size of `/out` in bytes. */
  readonly outBytes: number;
  /** Size of `/tmp` and of the home directory in bytes, each. */
  readonly scratchBytes: number;
  /** CPU seconds of any one process. */
  readonly cpuSeconds: number;
}

/** What programs need of `/etc`. `/etc/ssl/private`, `shadow`, host keys and the like are not among it. */
const ETC = [
  'fonts',
  'ssl/certs',
  'ssl/openssl.cnf',
  'alternatives',
  'chromium',
  'chromium.d',
  'ld.so.cache',
  'localtime',
];
const STAGED_ETC = ['passwd', 'group', 'hosts', 'nsswitch.conf'];
const NOBODY = '65534';
/** Where bwrap reads the filter of system calls from: the first file descriptor after the usual three. */
export const FILTER_FD = 3;
const TESTER = '1000';

/**
 * The command line that runs `command` shut in: own user, process, IPC, host name and network namespaces (loopback only),
 * a root of nothing but what is named here, no capabilities, no way to get any, no further user namespaces, a filter of system
 * calls, and bounds on processes, files and CPU time. It dies with its parent. Pure.
 *
 * For root there are two layers: the outer one mounts with root's rights and becomes `nobody`, so that no process inside
 * has the host's user 0; the inner one adds the user namespace and forbids new ones. The innermost has the filter, as the
 * layers themselves need what it refuses.
 */
export function bwrapArgv(spec: SandboxSpec, command: Argv): Argv {
  const filter = ['--seccomp', String(FILTER_FD)];
  const userNamespace = ['--unshare-user', '--disable-userns', '--uid', TESTER, '--gid', TESTER, ...filter];
  const limits = ['--core=0', '--nofile=4096', '--nproc=1024', `--cpu=${spec.cpuSeconds}`, '--fsize=268435456'];
  const inner = ['prlimit', ...limits, '--', ...command];
  const shed = ['--reuid', NOBODY, '--regid', NOBODY, '--clear-groups'];
  const shedding = ['setpriv', ...shed, '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all'];
  const layers = spec.asRoot
    ? [...shedding, 'bwrap', ...userNamespace, '--dev-bind', '/', '/', '--chdir', INSIDE.tests, '--', ...inner]
    : inner;
  return [
    // Where memory runs out, the kernel should end a test rather than the app under test or ourselves.
    'choom',
    '-n',
    '500',
    '--',
    'bwrap',
    ...(spec.asRoot ? [] : userNamespace),
    '--unshare-ipc',
    '--unshare-pid',
    '--unshare-net',
    '--unshare-uts',
    '--unshare-cgroup-try',
    '--die-with-parent',
    '--new-session',
    '--hostname',
    'sandbox',
    '--clearenv',
    '--setenv',
    'PATH',
    '/cc-ci/bin:/usr/bin:/bin',
    '--setenv',
    'HOME',
    INSIDE.home,
    '--setenv',
    'LANG',
    'C.UTF-8',
    '--setenv',
    'TMPDIR',
    '/tmp',
    ...mounts(spec),
    '--chdir',
    INSIDE.tests,
    '--',
    ...layers,
  ];
}

function mounts(spec: SandboxSpec): string[] {
  // Parents that bwrap makes by itself are closed to others, so every directory is named.
  const directories = ['/cc-ci', '/cc-ci/bin', '/etc', '/etc/ssl', '/home', '/run', '/node_modules'];
  const links = ['bin', 'sbin', 'lib', 'lib64'].flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`]);
  const staged = (name: string) => `${spec.staging}/${name}`;
  return [
    '--ro-bind',
    '/usr',
    '/usr',
    ...links,
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    ...directories.flatMap((path) => ['--perms', '0755', '--dir', path]),
    ...ETC.flatMap((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
    ...STAGED_ETC.flatMap((name) => ['--ro-bind', staged(`etc/${name}`), `/etc/${name}`]),
    ...tmpfs('/dev/shm', spec.scratchBytes),
    ...tmpfs('/tmp', spec.scratchBytes),
    ...tmpfs(INSIDE.home, spec.scratchBytes),
    ...tmpfs(INSIDE.out, spec.outBytes),
    '--ro-bind',
    spec.nodeBinary,
    INSIDE.node,
    '--ro-bind',
    staged('cc-ci/kit'),
    INSIDE.kit,
    '--ro-bind',
    staged('cc-ci/package.json'),
    '/cc-ci/package.json',
    '--ro-bind',
    staged('cc-ci/authority.pem'),
    INSIDE.authority,
    '--symlink',
    '/cc-ci',
    '/node_modules/cc-ci',
    '--ro-bind',
    spec.playwrightDir,
    '/node_modules/playwright-core',
    '--ro-bind',
    staged('tests'),
    INSIDE.tests,
    '--ro-bind',
    staged('run'),
    '/run/cc-ci',
    '--remount-ro',
    '/',
  ];
}

function tmpfs(path: string, bytes: number): string[] {
  return ['--perms', '1777', '--size', String(bytes), '--tmpfs', path];
}
