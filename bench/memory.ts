import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

/** A process of ours at one moment, with its proportional share of memory in MB. */
export interface OwnProcess {
  readonly pid: number;
  readonly program: string;
  readonly mb: number;
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
  const looked = await Promise.all(tree.map(look));
  return looked.filter((found) => found !== undefined);
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

/** Undefined for a foreign program, and for a process that is gone by now. */
async function look(pid: number): Promise<OwnProcess | undefined> {
  try {
    const program = basename(await readlink(`/proc/${pid}/exe`));
    if (FOREIGN.test(program)) return undefined;
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
    const kilobytes = Number(/^Pss:\s+(?<kb>\d+) kB$/m.exec(rollup)?.groups?.['kb']);
    return { pid, program, mb: kilobytes / 1024 };
  } catch {
    return undefined;
  }
}
