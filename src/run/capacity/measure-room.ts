import { readFile, stat, statfs } from 'node:fs/promises';
import { smallest } from '../../base/lists.ts';
import type { Engine } from '../../swarm/engine.ts';
import { readHeldAddresses, readNetworkUsage } from '../../swarm/network-usage.ts';
import { readStackMemory } from '../../swarm/usage.ts';
import type { Claim, Held, Room } from './judge-room.ts';

export interface RoomPlaces {
  /** The network that routed services join. */
  readonly network: string;
  /** Any path on the disk that the run writes to. */
  readonly directory: string;
}

/** What is free now. The Engine's own directory counts too, where it can be seen: images and volumes go there. */
export async function measureRoom(engine: Engine, { network, directory }: RoomPlaces): Promise<Room> {
  const [usage, memory, info] = await Promise.all([
    readNetworkUsage(engine, [network]),
    readFile('/proc/meminfo', 'utf8'),
    engine.info(),
  ]);
  const disks = (await Promise.all([directory, info.DockerRootDir].map(readDisk))).filter((disk) => disk !== undefined);
  return {
    network,
    place: { network: usage[0]?.id ?? '', disks: disks.map(({ device }) => device) },
    freeAddresses: usage[0]?.free ?? 0,
    freeMemoryBytes: readAvailable(memory),
    freeDiskBytes: smallest(disks.map(({ free }) => free)),
    held: new Map(),
  };
}

/** The same with what live runs hold of it, which takes the Engine a second. */
export async function withHeld(engine: Engine, room: Room, claims: readonly Claim[]): Promise<Room> {
  const stacks = claims.map(({ stackName }) => stackName);
  const [addresses, memory] = await Promise.all([
    readHeldAddresses(engine, room.network, stacks),
    readStackMemory(engine, stacks),
  ]);
  const held = (stack: string): Held => ({
    addresses: addresses.get(stack) ?? 0,
    memoryBytes: memory.get(stack) ?? 0,
  });
  return { ...room, held: new Map(stacks.map((stack) => [stack, held(stack)])) };
}

/** Undefined where it cannot be seen from here. */
async function readDisk(path: string): Promise<{ readonly device: number; readonly free: number } | undefined> {
  const found = await Promise.all([stat(path), statfs(path)]).catch(() => undefined);
  if (found === undefined) return undefined;
  const [{ dev }, { bavail, bsize }] = found;
  return { device: dev, free: bavail * bsize };
}

/** `MemAvailable` of `/proc/meminfo`, in bytes: what can be had without swapping, the file cache included. */
export function readAvailable(meminfo: string): number {
  return Number(/^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1] ?? Infinity) * 1024;
}
