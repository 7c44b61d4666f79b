import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

/** A process of ours at one moment, with its proportional share of memory in MB. */
export interface OwnProcess {
  readonly pid: number;
  readonly program: string;
  readonly mb: number;
  /** It has Chromium below it. */
  readonly drivesBrowser: boolean;
}

/** What a run starts but is not made of: the browser, the docker CLI, restic, git. */
const FOREIGN = /^(?:chrom|docker|restic|git)/;

/** The processes of ours in the tree below (and with) a process, browser, docker, restic and git left out. */
export async function ownProcesses(root: number): Promise<readonly OwnProcess[]> {
  const children = await childrenByParent();
  const tree: number[] = [];
  const queue = [root];
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    tree.push(pid);
    queue.push(...(children.get(pid) ?? []));
  }
  const programs = new Map(await Promise.all(tree.map(async (pid) => [pid, await programOf(pid)] as const)));
  const own = await Promise.all(
    tree.map(async (pid) => {
      const program = programs.get(pid);
      const mb = program === undefined || FOREIGN.test(program) ? undefined : await memoryOf(pid);
      if (program === undefined || mb === undefined) return [];
      const drivesBrowser = (children.get(pid) ?? []).some(
        (child) => programs.get(child)?.startsWith('chrom') === true,
      );
      return [{ pid, program, mb, drivesBrowser }];
    }),
  );
  return own.flat();
}

async function childrenByParent(): Promise<Map<number, number[]>> {
  const children = new Map<number, number[]>();
  await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => undefined);
        // The program's name, in brackets, may hold anything; state and parent come after the last one.
        const parent = Number(
          stat
            ?.slice(stat.lastIndexOf(')') + 1)
            .trim()
            .split(' ')[1],
        );
        if (Number.isInteger(parent)) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
      }),
  );
  return children;
}

/** The file that a process runs; undefined for one that is gone. */
async function programOf(pid: number): Promise<string | undefined> {
  return readlink(`/proc/${pid}/exe`).then(
    (path) => basename(path),
    () => undefined,
  );
}

/** The proportional share of a process in MB; undefined for one that is gone. */
async function memoryOf(pid: number): Promise<number | undefined> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const kilobytes = /^Pss:\s+(?<kb>\d+) kB$/m.exec(rollup)?.groups?.['kb'];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}
