import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { delay, startDeadline } from '../../../src/base/deadline.ts';
import { type Lock, tryLock } from '../../../src/base/lock.ts';
import { type Argv, mustRun } from '../../../src/base/process.ts';
import { testHome } from '../../support/home.ts';
import { endAll } from '../../support/strays.ts';

const NAMELESS = join(import.meta.dirname, 'nameless.ts');
const CGROUPS = '/sys/fs/cgroup';
const PREFIX = 'cc-ci-machine-';
const OWNER = 'owner.lock';
/** Of the range for documentation (RFC 5737). Not on loopback, for containers ask it too. */
const NAME_SERVER = '198.51.100.53';

/**
 * A machine beside this one, for a daemon of its own: own network and mounts, own control group, the same files and
 * processes. What was started in it is found by its control group, however it was orphaned since.
 */
export interface Machine extends AsyncDisposable {
  /** A directory on the disk that state directories are on; goes with the machine. */
  readonly dir: string;
  /** For containers: what a daemon starts as children of this group belongs to the machine. */
  readonly cgroup: string;
  /** Put before an argument vector, makes it a program in the machine's network with this host's files. */
  readonly enterNetwork: Argv;
  /** Starts a daemon with the machine's network, mounts and control group; output goes to a file descriptor. */
  spawn(argv: Argv, output: number, env?: Readonly<Record<string, string>>): ChildProcess;
}

export interface MachineOptions {
  /** A directory to see as `/usr` instead of this host's: other versions of programs at their usual places. */
  readonly usr?: string | undefined;
}

// The shell moves itself into the group before anything can be started outside of it.
const IN_GROUP = 'echo $$ > "$1" && shift && exec "$@"';

/** Opens a machine, after removing those whose owner was killed. Needs root. */
export async function openMachine(options: MachineOptions = {}): Promise<Machine> {
  const { dir, owner } = await claimDirectory();
  const name = `${PREFIX}${randomBytes(4).toString('hex')}`;
  await writeFile(join(dir, 'cgroup'), name);
  const group = join(await trackingHierarchy(), name, 'daemons');
  await mkdir(group, { recursive: true });

  const inGroup = (argv: readonly string[]): [string, string[]] => [
    'sh',
    ['-c', IN_GROUP, 'sh', join(group, 'cgroup.procs'), ...argv],
  ];
  const holder = spawn(
    ...inGroup(['unshare', '--net', '--mount', '--propagation', 'slave', '--', 'sleep', 'infinity']),
    { stdio: 'ignore' },
  );
  holder.unref();
  const pid = String(holder.pid);
  const network: Argv = ['nsenter', `--net=/proc/${pid}/ns/net`, '--'];
  const everything: Argv = ['nsenter', '--target', pid, '--net', '--mount', '--'];
  try {
    await sees(pid, 'sleep');
    await furnish(everything, dir, options.usr);
    await startNameServer(inGroup([...network, process.execPath, NAMELESS, NAME_SERVER]));
  } catch (error: unknown) {
    await removeMachine(dir, owner);
    throw error;
  }
  return {
    dir,
    cgroup: `/${name}/containers`,
    enterNetwork: network,
    spawn(argv, output, env = {}) {
      const [file, args] = inGroup([...everything, ...argv]);
      return spawn(file, args, { stdio: ['ignore', output, output], env: { ...process.env, ...env } });
    },
    [Symbol.asyncDispose]: () => removeMachine(dir, owner),
  };
}

/** Waits until a process has become the program of that name: then its namespaces are made. */
async function sees(pid: string, program: string): Promise<void> {
  using deadline = startDeadline(60_000);
  while ((await readFile(`/proc/${pid}/comm`, 'utf8')).trim() !== program) await delay(5, deadline.signal);
}

async function furnish(enter: Argv, dir: string, usr: string | undefined): Promise<void> {
  const inside = (...argv: string[]) => mustRun([...enter, ...argv], { timeoutMs: 240_000 });
  await inside('ip', 'link', 'set', 'lo', 'up');
  await inside('ip', 'address', 'add', `${NAME_SERVER}/32`, 'dev', 'lo');
  const resolver = join(dir, 'resolv.conf');
  await writeFile(resolver, `nameserver ${NAME_SERVER}\n`);
  await inside('mount', '--bind', resolver, '/etc/resolv.conf');
  // A daemon would otherwise use the containerd of this host.
  if (await exists('/run/containerd')) await inside('mount', '-t', 'tmpfs', 'none', '/run/containerd');
  if (usr !== undefined) await inside('mount', '--bind', usr, '/usr');
}

/** There is no way out of the machine: a name is answered for at once, as one that nobody has. */
async function startNameServer([file, args]: readonly [string, string[]]): Promise<void> {
  const server = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    server.stdout.once('data', () => resolve());
    server.once('exit', (code) => reject(new Error(`the name server of a machine ended with ${code}`)));
  });
  server.removeAllListeners('exit');
  server.stdout.destroy();
  server.unref();
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The hierarchy in which processes are followed: the only one of cgroup v2, or that of v1 that every kernel has. */
async function trackingHierarchy(): Promise<string> {
  return (await exists(join(CGROUPS, 'cgroup.controllers'))) ? CGROUPS : join(CGROUPS, 'pids');
}

/** A directory that is ours as long as we live. One opens at a time: a directory not locked yet would look abandoned. */
async function claimDirectory(): Promise<{ readonly dir: string; readonly owner: Lock }> {
  const { cache, locks } = testHome();
  await mkdir(cache, { recursive: true });
  await using _turn = await takeTurn(locks);
  await removeAbandoned(cache);
  const dir = await mkdtemp(join(cache, PREFIX));
  const owner = await tryLock(join(dir, OWNER));
  if (owner === undefined) throw new Error(`somebody else locked ${dir}`);
  return { dir, owner };
}

/** Removes the machines whose owners have ended without doing so. */
export async function removeAbandonedMachines(): Promise<void> {
  const { cache, locks } = testHome();
  await using _turn = await takeTurn(locks);
  await removeAbandoned(cache);
}

async function takeTurn(locks: string): Promise<Lock> {
  const turn = await tryLock(join(locks, 'machines.lock'), { waitMs: 240_000 });
  if (turn === undefined) throw new Error('somebody else has been opening or removing machines for four minutes');
  return turn;
}

async function removeAbandoned(cache: string): Promise<void> {
  for (const entry of await readdir(cache).catch((): string[] => [])) {
    if (!entry.startsWith(PREFIX)) continue;
    const lock = await tryLock(join(cache, entry, OWNER));
    if (lock !== undefined) await removeMachine(join(cache, entry), lock);
  }
}

/** Ends all that runs in the machine, then removes its groups and files. Its mounts went with its last process. */
async function removeMachine(dir: string, owner: Lock): Promise<void> {
  const name = await readFile(join(dir, 'cgroup'), 'utf8').catch(() => '');
  if (name.startsWith(PREFIX)) {
    const group = join(await trackingHierarchy(), name);
    await endAll(() => processesIn(group));
    const hierarchies = [CGROUPS, ...(await readdir(CGROUPS)).map((entry) => join(CGROUPS, entry))];
    for (const hierarchy of hierarchies) await removeGroup(join(hierarchy, name));
  }
  // The lock goes last: whoever finds a machine without one takes it for abandoned.
  for (const entry of await readdir(dir)) {
    if (entry !== OWNER) await rm(join(dir, entry), { recursive: true, force: true });
  }
  await rm(dir, { recursive: true, force: true, maxRetries: 10 });
  await owner[Symbol.asyncDispose]();
}

async function processesIn(group: string): Promise<number[]> {
  const groups = await groupsBelow(group);
  const lists = await Promise.all(
    groups.map((path) => readFile(join(path, 'cgroup.procs'), 'utf8').catch((): string => '')),
  );
  return lists.flatMap((text) => text.split('\n').filter(Boolean).map(Number));
}

/** A group and all below it, the innermost last. */
async function groupsBelow(group: string): Promise<string[]> {
  const entries = await readdir(group, { withFileTypes: true }).catch(() => []);
  const children = entries.filter((entry) => entry.isDirectory()).map((entry) => join(group, entry.name));
  return [group, ...(await Promise.all(children.map(groupsBelow))).flat()];
}

async function removeGroup(group: string): Promise<void> {
  if (!(await exists(group))) return;
  using deadline = startDeadline(120_000);
  for (const path of (await groupsBelow(group)).reverse()) {
    // A group is busy for a moment after its last process has ended.
    while (!(await removed(path))) await delay(10, deadline.signal);
  }
}

async function removed(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (error: unknown) {
    if (error instanceof Error && 'code' in error && error.code === 'EBUSY') return false;
    throw error;
  }
}
