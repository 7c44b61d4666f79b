import { readFile, statfs } from 'node:fs/promises';
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
  const disks = await Promise.all([freeDisk(directory), freeDisk(info.DockerRootDir).catch(() => Infinity)]);
  return {
    network,
    freeAddresses: usage[0]?.free ?? 0,
    freeMemoryBytes: readAvailable(memory),
    freeDiskBytes: Math.min(...disks),
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

async function freeDisk(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/** `MemAvailable` of `/proc/meminfo`, in bytes: what can be had without swapping, the file cache included. */
export function readAvailable(meminfo: string): number {
  return Number(/^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1] ?? Infinity) * 1024;
}
