import { readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { largest } from '../../base/lists.ts';
import { runProcess } from '../../base/process.ts';
import type { StatePaths } from '../../config/paths.ts';
import type { Settings } from '../../config/settings.ts';
import { openMemoryBound, SANDBOX_MEMORY_BYTES } from '../../custom/memory-bound.ts';
import { exists, findProgram } from '../setup/file-facts.ts';
import { findEither, PROGRAMS, type Program } from '../setup/programs.ts';
import { type DoctorLine, missing, ok, warn } from './finding.ts';
import { judgeClock, judgeDisk, judgeNode } from './judge-machine.ts';
import { lookAtEngine } from './look-at-engine.ts';

/** How each program tells its version; those that are not listed are only looked for. */
const VERSION_ARGS: Readonly<Record<string, readonly string[]>> = {
  git: ['--version'],
  restic: ['version'],
  bwrap: ['--version'],
  chromium: ['--version'],
  openssl: ['version'],
  flock: ['--version'],
  docker: ['--version'],
};

const DOCKER_CLI: Program = { program: 'docker', package: 'docker.io', purpose: 'deploying stacks' };

/** Looks at everything a run needs on this machine, side by side, and changes nothing. */
export async function examine(settings: Settings, paths: StatePaths): Promise<DoctorLine[]> {
  const [engine, programs, sandbox, disk, clock] = await Promise.all([
    lookAtEngine(settings, paths),
    Promise.all([DOCKER_CLI, ...PROGRAMS].map(lookAtProgram)),
    lookAtSandbox(),
    lookAtDisk(paths),
    lookAtClock(),
  ]);
  return [...engine, ...programs, ...sandbox, judgeNode(process.version), disk, clock];
}

async function lookAtProgram(wanted: Program): Promise<DoctorLine> {
  const { program, package: name, purpose, optional } = wanted;
  const file = await findEither(wanted);
  if (file === undefined) {
    const judge = optional === true ? warn : missing;
    return judge(program, 'not on the path', `install ${name} (${purpose}), or run ./cc-ci setup`);
  }
  const args = VERSION_ARGS[program];
  if (args === undefined) return ok(program, file);
  const { stdout } = await runProcess([file, ...args], { timeoutMs: 20_000 });
  return ok(program, stdout.split('\n')[0]?.trim() ?? file);
}

/** Bubblewrap alone is not enough: the kernel has to grant new namespaces. Nothing is said where it is not installed. */
async function lookAtSandbox(): Promise<DoctorLine[]> {
  const bwrap = await findProgram('bwrap');
  if (bwrap === undefined) return [];
  const tried = await runProcess([bwrap, '--ro-bind', '/', '/', '--unshare-all', 'true'], { timeoutMs: 20_000 });
  if (tried.exitCode === 0) return [ok('sandbox', 'the kernel grants new namespaces'), await lookAtMemoryBound()];
  const seen = tried.stderr.trim().split('\n')[0] ?? 'bwrap failed';
  return [missing('sandbox', seen, 'recipe tests run only inside it; allow user namespaces, or run as root')];
}

async function lookAtMemoryBound(): Promise<DoctorLine> {
  await using bound = await openMemoryBound(`doctor-${process.pid}`);
  if (bound !== undefined) return ok('sandbox memory', `recipe tests have ${SANDBOX_MEMORY_BYTES / 2 ** 20} MiB`);
  return warn(
    'sandbox memory',
    'no control group can be made',
    'run as root, with /sys/fs/cgroup writable: nothing else bounds the memory of recipe tests',
  );
}

async function lookAtDisk(paths: StatePaths): Promise<DoctorLine> {
  let directory = paths.state;
  while (!(await exists(directory))) directory = dirname(directory);
  const { bavail, bsize } = await statfs(directory);
  return judgeDisk('disk', directory, bavail * bsize);
}

/** Files that every start of a machine or change of its packages writes. */
const DATED = ['/var/lib/dpkg/status', '/var/log', '/etc'];

async function lookAtClock(): Promise<DoctorLine> {
  const roots = await Promise.all(DATED.map(modified));
  const logs = await readdir('/var/log').catch(() => []);
  const times = await Promise.all(logs.map((name) => modified(join('/var/log', name))));
  return judgeClock(Date.now(), largest([...roots, ...times]));
}

function modified(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
