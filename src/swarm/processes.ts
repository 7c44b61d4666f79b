import { readdir, readFile } from 'node:fs/promises';
import { append } from '../base/lists.ts';

/** What the processes of a container have done up to one moment, read from this host's `/proc`. */
export interface ProcessActivity {
  /** One entry for each process that descends from the container's first one: its number and when it began. */
  readonly processes: readonly string[];
  /** Processor time of all of them and of their children that have ended, milliseconds. */
  readonly cpuMs: number;
  /** Bytes received and sent, the loopback left out. */
  readonly networkBytes: number;
  /** True when one of them sleeps for a time of its own choosing that is over before the given moment. */
  readonly timedWait: boolean;
}

/** Linux tells programs 100 ticks a second, whatever its own clock does. */
const TICK_MS = 10;
const MOST_PROCESSES = 500;

/**
 * Reads what a container's processes have done. Probes that the Engine runs inside are no descendants and do not count.
 * Undefined where `/proc` does not show that container: the Engine may run elsewhere, or count in another name space.
 *
 * @param leftMs how long the caller would wait at most; a `sleep` that outlasts it is a standstill, a shorter one is not.
 */
export async function readProcesses(
  containerId: string,
  firstPid: number,
  leftMs: number,
): Promise<ProcessActivity | undefined> {
  if (firstPid === 0) return undefined;
  try {
    if (!(await readFile(`/proc/${firstPid}/cgroup`, 'utf8')).includes(containerId)) return undefined;
    const bootMs = Number.parseFloat(await readFile('/proc/uptime', 'utf8')) * 1000;
    const all = await descendants(firstPid);
    const read = await Promise.all(all.map((pid) => readProcess(pid, bootMs, leftMs)));
    const alive = read.filter((one) => one !== undefined);
    if (alive.length === 0) return undefined;
    return {
      processes: alive.map(({ name }) => name),
      cpuMs: alive.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
      networkBytes: parseTraffic(await readFile(`/proc/${firstPid}/net/dev`, 'utf8')),
      timedWait: alive.some(({ timedWait }) => timedWait),
    };
  } catch {
    // It ended while it was looked at, or the kernel hides it: then nothing is known.
    return undefined;
  }
}

async function descendants(firstPid: number): Promise<number[]> {
  const found = [firstPid];
  for (let next = 0; next < found.length && found.length < MOST_PROCESSES; next += 1) {
    const task = `/proc/${found[next] ?? 0}/task`;
    // Children belong to the thread that made them. A process may be gone by now.
    const threads = await readdir(task).catch((): string[] => []);
    const lists = await Promise.all(
      threads.map((thread) => readFile(`${task}/${thread}/children`, 'utf8').catch(() => '')),
    );
    append(
      found,
      lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number)),
    );
  }
  return found;
}

interface OneProcess {
  readonly name: string;
  readonly cpuMs: number;
  readonly timedWait: boolean;
}

async function readProcess(pid: number, bootMs: number, leftMs: number): Promise<OneProcess | undefined> {
  const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8');
  try {
    const [stat, command, kernel] = await Promise.all([read('stat'), read('cmdline'), read('wchan').catch(() => '')]);
    const { startedMs, cpuMs } = parseStat(stat);
    const sleepMs = parseSleep(command.split('\0'));
    const timedWait = sleepMs === undefined ? kernel.includes('nanosleep') : sleepMs - (bootMs - startedMs) < leftMs;
    return { name: `${pid}@${startedMs}`, cpuMs, timedWait };
  } catch {
    return undefined;
  }
}

/** Start (milliseconds since boot) and processor time from `/proc/PID/stat`, children that were waited for included. Pure. */
export function parseStat(text: string): { readonly startedMs: number; readonly cpuMs: number } {
  // The name in parentheses may hold anything; what follows the last one is regular, beginning with field 3.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = (field: number) => Number(fields[field - 3] ?? 0) * TICK_MS;
  return { startedMs: ticks(22), cpuMs: ticks(14) + ticks(15) + ticks(16) + ticks(17) };
}

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** How long a `sleep` sleeps, milliseconds; undefined for any other program. Pure. */
export function parseSleep(argv: readonly string[]): number | undefined {
  const words = argv.filter((word) => word !== '');
  const at = /(?:^|\/)busybox$/.test(words[0] ?? '') ? 1 : 0;
  if (!/(?:^|\/)sleep$/.test(words[at] ?? '')) return undefined;
  return words.slice(at + 1).reduce((sum, word) => {
    const match = /^(?<number>\d+(?:\.\d+)?)(?<unit>[smhd]?)$/.exec(word);
    const { number, unit = '' } = match?.groups ?? {};
    return number === undefined ? Infinity : sum + Number(number) * (UNITS[unit] ?? 1) * 1000;
  }, 0);
}

/** Bytes in both directions from `/proc/PID/net/dev`. Pure. */
export function parseTraffic(text: string): number {
  let bytes = 0;
  for (const line of text.split('\n').slice(2)) {
    const [name, ...counts] = line.trim().split(/[:\s]+/);
    if (name !== undefined && name !== 'lo') bytes += Number(counts[0] ?? 0) + Number(counts[8] ?? 0);
  }
  return bytes;
}
