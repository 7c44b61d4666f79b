import { access, mkdtemp, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { delay } from '../base/deadline.ts';
import { stagingRoot } from './staging.ts';

/** What a sandbox may use of memory: its programs, and what lies in its writable directories. */
export const SANDBOX_MEMORY_BYTES = 2 * 1024 * 1024 * 1024;

/** A control group of the kernel's, with a bound of memory. Disposal removes it, once all that was in it has ended. */
export interface MemoryBound extends AsyncDisposable {
  /** Moves a process, its children and all that come of them in. */
  take(pid: number): Promise<void>;
  /** Whether the kernel has ended a process in it because the memory was used up. */
  exceeded(): Promise<boolean>;
}

/** Where control groups of memory are, and their words for the same things (kernel: admin-guide/cgroup-v1, cgroup-v2). */
interface Controller {
  readonly root: string;
  readonly settings: (bytes: number) => readonly (readonly [file: string, value: string | number, needed: boolean])[];
  readonly counts: string;
}

const CONTROLLERS: readonly (Controller & { readonly sign: string })[] = [
  {
    root: '/sys/fs/cgroup/memory',
    sign: 'memory.limit_in_bytes',
    settings: (bytes) => [
      ['memory.limit_in_bytes', bytes, true],
      // Only there where the kernel counts swap.
      ['memory.memsw.limit_in_bytes', bytes, false],
    ],
    counts: 'memory.oom_control',
  },
  {
    root: '/sys/fs/cgroup',
    sign: 'cgroup.controllers',
    settings: (bytes) => [
      ['memory.max', bytes, true],
      ['memory.swap.max', 0, false],
      // Half of a sandbox proves nothing.
      ['memory.oom.group', 1, false],
    ],
    counts: 'memory.events',
  },
];

/**
 * Makes a control group below the kernel's root one, as Docker's own driver does: the same with and without systemd, and without a
 * word to it. Undefined where that cannot be done: without root, or where control groups are read-only.
 */
export async function openMemoryBound(runId: string, bytes = SANDBOX_MEMORY_BYTES): Promise<MemoryBound | undefined> {
  const controller = await findController();
  if (controller === undefined) return undefined;
  let group: string | undefined;
  try {
    group = await mkdtemp(join(controller.root, `${basename(stagingRoot(runId))}.`));
    for (const [file, value, needed] of controller.settings(bytes)) {
      const written = writeFile(join(group, file), String(value));
      await (needed ? written : written.catch(() => undefined));
    }
  } catch {
    if (group !== undefined) await removeGroup(group);
    return undefined;
  }
  return boundOf(group, controller);
}

function boundOf(group: string, { counts }: Controller): MemoryBound {
  return {
    take: (pid) => moveAll(join(group, 'cgroup.procs'), pid),
    async exceeded() {
      const text = await readFile(join(group, counts), 'utf8');
      return Number(/^oom_kill (?<times>\d+)$/m.exec(text)?.groups?.['times'] ?? 0) > 0;
    },
    [Symbol.asyncDispose]: () => removeGroup(group),
  };
}

/** Removes the control groups that a run has left which was killed. They are known by the place of its sandboxes. */
export async function removeMemoryBounds(stagingPath: string): Promise<void> {
  const prefix = `${basename(stagingPath)}.`;
  if (!prefix.startsWith('cc-ci-sandbox-')) return;
  for (const { root } of CONTROLLERS) {
    for (const name of await readdir(root).catch((): string[] => [])) {
      if (name.startsWith(prefix)) await removeGroup(join(root, name));
    }
  }
}

async function findController(): Promise<Controller | undefined> {
  for (const controller of CONTROLLERS) {
    const there = await access(join(controller.root, controller.sign)).then(
      () => true,
      () => false,
    );
    if (!there) continue;
    if (controller.sign !== 'cgroup.controllers') return controller;
    // Its children have a bound of memory only where it is handed on to them, which systemd and Docker do.
    return await writeFile(join(controller.root, 'cgroup.subtree_control'), '+memory').then(
      () => controller,
      () => undefined,
    );
  }
  return undefined;
}

/** What is about to end can be found and not be moved. */
const MOVE_ROUNDS = 100;

/**
 * Whoever is in hands it on to its children, so this is done when all that are found were in before they were looked for. Nothing
 * foreign runs by then: the first program waits for its order.
 */
async function moveAll(membersFile: string, pid: number): Promise<void> {
  for (let round = 0; round < MOVE_ROUNDS; round += 1) {
    const members = new Set((await readFile(membersFile, 'utf8')).split('\n').map(Number));
    const outside = (await familyOf(pid)).filter((each) => !members.has(each));
    if (outside.length === 0) return;
    for (const each of outside) await writeFile(membersFile, String(each)).catch(() => undefined);
  }
}

async function familyOf(pid: number): Promise<readonly number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => undefined);
  if (tasks === undefined) return [];
  const children = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')),
  );
  const ids = children.flatMap((text) => text.trim().split(' ')).filter((id) => id !== '');
  return [pid, ...(await Promise.all(ids.map((id) => familyOf(Number(id))))).flat()];
}

const REMOVE_TRIES = 100;

/** What was killed is in its group until the kernel is done with it. */
async function removeGroup(group: string): Promise<void> {
  for (let attempt = 0; attempt < REMOVE_TRIES; attempt += 1) {
    const error = await rmdir(group).then(
      () => undefined,
      (reason: NodeJS.ErrnoException) => reason,
    );
    if (error?.code !== 'EBUSY') return;
    await delay(50);
  }
}
