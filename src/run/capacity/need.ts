import { largest } from '../../base/lists.ts';
import { resourceBytes } from '../../recipe/compose/resources.ts';
import type { Service, Stack } from '../../recipe/compose/types.ts';

/** What a run takes of a host while it lives, its own processes included. */
export interface RoomNeed {
  readonly addresses: number;
  readonly memoryBytes: number;
  /** The part of it that is no guess: what is reserved, and what earlier runs used. */
  readonly provenMemoryBytes: number;
  /** Where the figure of memory is from, service by service; shown when it decides. */
  readonly memoryFrom: readonly string[];
  readonly diskBytes: number;
}

export interface MemoryKnowledge {
  /** The highest that each service used in earlier runs of the recipe, in bytes. */
  readonly peaks: ReadonlyMap<string, number>;
  /** What counts for a service of which nothing is known, in bytes. */
  readonly serviceBytes: number;
}

/** Disk that a run has to find free. */
const DISK_NEEDED = 1024 ** 3;

/** Beside the app: a run's own process takes some 115 MiB, its browser and restic the rest. */
const OWN_MEMORY = 384 * 1024 ** 2;

/** The next run of a recipe may use more than the highest so far. */
const PEAK_MARGIN = 1.25;

/** What a run of some stacks needs, one after the other in place: the most that any of them takes. Pure. */
export function needOf(
  stacks: readonly Stack[],
  network: { readonly name: string; readonly virtualIps: boolean },
  known: MemoryKnowledge,
): RoomNeed {
  const memories = stacks.map((stack) => memoryOf(stack, known));
  const most = memories.toSorted((left, right) => right.bytes - left.bytes)[0];
  return {
    addresses: Math.max(0, largest(stacks.map((stack) => addressesNeeded(stack, network.name, network.virtualIps)))),
    memoryBytes: OWN_MEMORY + (most?.bytes ?? 0),
    provenMemoryBytes: Math.max(0, largest(memories.map(({ proven }) => proven))),
    memoryFrom: most?.from ?? [],
    diskBytes: DISK_NEEDED,
  };
}

/** What two apps of one run need side by side; one run's own processes serve both. Pure. */
export function addNeeds(one: RoomNeed | undefined, other: RoomNeed | undefined): RoomNeed | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    addresses: one.addresses + other.addresses,
    memoryBytes: one.memoryBytes + other.memoryBytes - OWN_MEMORY,
    provenMemoryBytes: one.provenMemoryBytes + other.provenMemoryBytes,
    memoryFrom: [...one.memoryFrom, ...other.memoryFrom],
    diskBytes: Math.max(one.diskBytes, other.diskBytes),
  };
}

/** Addresses a stack takes on a network: one for each task, one more while an update starts first, and a VIP where there are any. */
export function addressesNeeded(stack: Stack, network: string, vips: boolean): number {
  let needed = 0;
  for (const service of Object.values(stack.services)) {
    const joins = Object.keys(service.networks ?? {}).some((key) => (stack.networks[key]?.name ?? key) === network);
    if (joins) needed += tasksAtOnce(service) + (vips ? 1 : 0);
  }
  return needed;
}

function tasksAtOnce({ deploy }: Service): number {
  return (deploy?.replicas ?? 1) + (deploy?.update_config?.order === 'start-first' ? 1 : 0);
}

/**
 * A reservation is what the Swarm will insist on; what earlier runs used is the next best. A limit is no need: recipes allow
 * far more than they use, so it only bounds the guess for a service of which nothing is known.
 */
function memoryOf(stack: Stack, { peaks, serviceBytes }: MemoryKnowledge): StackMemory {
  const from: string[] = [];
  let bytes = 0;
  let proven = 0;
  for (const [name, service] of Object.entries(stack.services)) {
    const tasks = tasksAtOnce(service);
    const reserved = resourceBytes(service, 'reservations');
    const peak = peaks.get(name);
    if (reserved !== undefined) {
      from.push(`${name} as reserved`);
      bytes += reserved * tasks;
      proven += reserved;
    } else if (peak !== undefined) {
      // A peak is over all tasks of a service at one moment.
      from.push(`${name} as in earlier runs`);
      bytes += peak * PEAK_MARGIN;
      proven += peak;
    } else {
      from.push(`${name} as a guess`);
      bytes += Math.min(serviceBytes, resourceBytes(service, 'limits') ?? serviceBytes) * tasks;
    }
  }
  return { bytes: Math.ceil(bytes), proven, from };
}

interface StackMemory {
  readonly bytes: number;
  readonly proven: number;
  readonly from: readonly string[];
}
