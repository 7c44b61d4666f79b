import { readdirSync, readFileSync } from 'node:fs';

/** A process that cannot be mistaken for a later one of the same number. */
export interface KnownProcess {
  readonly pid: number;
  /** Clock ticks between boot and its start. */
  readonly startedAt: string;
  readonly command: string;
}

interface Stat extends KnownProcess {
  readonly parent: number;
  readonly state: string;
}

/** The processes below one, as the kernel has them now. */
export function descendantsOf(pid: number): readonly KnownProcess[] {
  const all = allProcesses();
  const below = new Set([pid]);
  // Parents may have higher numbers than their children, once numbers have wrapped around.
  for (let size = 0; size !== below.size; ) {
    size = below.size;
    for (const entry of all) if (below.has(entry.parent)) below.add(entry.pid);
  }
  below.delete(pid);
  return all
    .filter((entry) => below.has(entry.pid))
    .map(({ pid: own, startedAt, command }) => ({ pid: own, startedAt, command }));
}

/** Those that still live; one that has ended and waits for its parent does not. */
export function stillAlive(known: readonly KnownProcess[]): readonly KnownProcess[] {
  return known.filter(({ pid, startedAt }) => {
    const now = readStat(pid);
    return now !== undefined && now.startedAt === startedAt && now.state !== 'Z';
  });
}

function allProcesses(): readonly Stat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)) ?? []);
}

/** `/proc/PID/stat`: the name stands in parentheses and may hold anything, so fields are counted from the last one. */
function readStat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { pid, state: fields[0] ?? '', parent: Number(fields[1]), startedAt: fields[19] ?? '', command };
  } catch {
    return undefined;
  }
}
