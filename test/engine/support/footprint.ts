import { readdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { delay } from '../../../src/base/deadline.ts';
import { mustRun } from '../../../src/base/process.ts';
import { formatBytes } from '../../../src/base/text.ts';
import { engineHome } from '../../../src/host/setup/engine-home.ts';
import type { Engine } from '../../../src/swarm/engine.ts';
import { readNetworkUsage } from '../../../src/swarm/network-usage.ts';

/** What an Engine takes of its host. All of it is a count, but for the two figures of memory, which are bytes (PSS). */
export interface Footprint {
  readonly addresses: number;
  readonly dockerdFiles: number;
  readonly containerdFiles: number;
  readonly containers: number;
  readonly namespaces: number;
  readonly mounts: number;
  readonly rules: number;
  readonly dockerdBytes: number;
  readonly containerdBytes: number;
}

/**
 * Beyond this an Engine has kept something. The memory of a Go program is that of its garbage collector: it swings, and the
 * first runs fill caches.
 */
const MEMORY_MARGIN = 48 * 1024 ** 2;
/** Connections of whoever looks come and go; what runs leave open is at least one file for each of them. */
const FILES_MARGIN = 4;

/** The figures that have to be what they were. */
const EXACT = ['addresses', 'containers', 'namespaces', 'mounts', 'rules'] as const;
const FILES = ['dockerdFiles', 'containerdFiles'] as const;
const MEMORY = ['dockerdBytes', 'containerdBytes'] as const;

export interface EngineOf {
  /** The network that routed services share. */
  readonly network: string;
  /** Put before a program, so that it sees the Engine's network. */
  readonly enter?: readonly string[];
}

/** Looks at an Engine from outside. Needs root. */
export async function readFootprint(engine: Engine, { network, enter = [] }: EngineOf): Promise<Footprint> {
  const { pidFile } = engineHome(engine.socket, dirname(engine.socket));
  const dockerd = Number(await readFile(pidFile, 'utf8'));
  const containerd = await findContainerd(dockerd);
  const [usage] = await readNetworkUsage(engine, [network]);
  const mountinfo = (await readFile(`/proc/${dockerd}/mountinfo`, 'utf8')).trimEnd().split('\n');
  const [program, ...rest] = [...enter, 'iptables-save'];
  const rules = await mustRun([program, ...rest]);
  return {
    addresses: usage?.used ?? 0,
    containers: (await engine.containers()).length,
    dockerdFiles: (await readdir(`/proc/${dockerd}/fd`)).length,
    containerdFiles: (await readdir(`/proc/${containerd}/fd`)).length,
    // The empty files that namespaces leave are collected once a minute; what counts is whether one is mounted there.
    namespaces: mountinfo.filter((line) => line.includes('/docker/netns/')).length,
    mounts: mountinfo.length,
    rules: rules.stdout.split('\n').filter((line) => line.startsWith('-A ')).length,
    dockerdBytes: await readMemory(dockerd),
    containerdBytes: await readMemory(containerd),
  };
}

/** What has grown since, one line for each figure; open files and memory only beyond their margins. */
export function growth(before: Footprint, after: Footprint): string[] {
  const grown = (keys: readonly (typeof EXACT | typeof FILES)[number][], margin: number) =>
    keys
      .filter((key) => after[key] > before[key] + margin)
      .map((key) => `${key}: ${before[key]} before, ${after[key]} after`);
  return [
    ...grown(EXACT, 0),
    ...grown(FILES, FILES_MARGIN),
    ...MEMORY.filter((key) => after[key] > before[key] + MEMORY_MARGIN).map(
      (key) => `${key}: ${formatBytes(before[key])} before, ${formatBytes(after[key])} after`,
    ),
  ];
}

/** Looks until nothing has grown, for half a minute at most: an Engine closes files and removes rules behind its answers. */
export async function settledFootprint(look: () => Promise<Footprint>, before: Footprint): Promise<Footprint> {
  const until = performance.now() + 100_000;
  for (;;) {
    const now = await look();
    if (growth(before, now).length === 0 || performance.now() >= until) return now;
    await delay(500);
  }
}

/** Figures beside each other, a column for each moment. */
export function footprintTable(columns: readonly { readonly title: string; readonly footprint: Footprint }[]): string {
  const keys = [...EXACT, ...FILES, ...MEMORY];
  const cell = (key: (typeof keys)[number], footprint: Footprint) =>
    MEMORY.some((name) => name === key) ? formatBytes(footprint[key]) : String(footprint[key]);
  const rows = [
    ['', ...columns.map(({ title }) => title)],
    ...keys.map((key) => [key, ...columns.map(({ footprint }) => cell(key, footprint))]),
  ];
  return rows
    .map(([name = '', ...cells]) => name.padEnd(16) + cells.map((text) => text.padStart(14)).join(''))
    .join('\n');
}

/** The one that this daemon started, or else the host's. */
async function findContainerd(dockerd: number): Promise<number> {
  let hosts: number | undefined;
  for (const name of await readdir('/proc')) {
    const text = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '') : '';
    const [, pid, parent] = /^(\d+) \(containerd\) \S (\d+) /.exec(text) ?? [];
    if (Number(parent) === dockerd) return Number(pid);
    if (parent === '1') hosts = Number(pid);
  }
  if (hosts === undefined) throw new Error('no containerd is running');
  return hosts;
}

/** The proportional share of memory: what would be free without the process. */
async function readMemory(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
}
