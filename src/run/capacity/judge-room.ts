import { CodedError } from '../../base/errors.ts';
import { countOf, formatBytes } from '../../base/text.ts';
import type { RoomNeed } from './need.ts';

/** What a live run was granted, or waits for. It takes it bit by bit, so the rest has to be kept free for it. */
export interface Claim {
  readonly runId: string;
  readonly stackName: string;
  readonly need: Pick<RoomNeed, 'addresses' | 'memoryBytes' | 'diskBytes'>;
  readonly place: Place;
}

/** Which of a host's networks and disks a run takes from; memory is all of one piece. */
export interface Place {
  /** The id of the network that routed services join: every Engine has its own. */
  readonly network: string;
  /** Device numbers: of the run's directory, and of the Engine's. */
  readonly disks: readonly number[];
}

/** What a stack of a live run holds already. */
export interface Held {
  readonly addresses: number;
  readonly memoryBytes: number;
}

/** The host as it is now; what live runs hold is in these figures already. */
export interface Room {
  /** The network by its name. */
  readonly network: string;
  readonly place: Place;
  readonly freeAddresses: number;
  readonly freeMemoryBytes: number;
  readonly freeDiskBytes: number;
  /** By stack name. One that is missing holds nothing, as far as is known. */
  readonly held: ReadonlyMap<string, Held>;
}

export type RoomAnswer =
  | { readonly answer: 'fits' }
  /** Once other runs have ended it will fit. */
  | { readonly answer: 'later'; readonly lack: CodedError }
  /** It would not fit on this host if it were the only run. */
  | { readonly answer: 'never'; readonly lack: CodedError };

interface Resource {
  readonly code: string;
  readonly needed: number;
  /** The part of the need that is no guess. */
  readonly atLeast: number;
  readonly free: number;
  /** Granted to live runs and not taken by them yet. */
  readonly promised: number;
  /** What will be free again when they have ended. */
  readonly returns: number;
  readonly figure: (amount: number) => string;
  /** What the figure is of. */
  readonly of: string;
  readonly hint: string;
  /** How many runs take from the same. */
  readonly runs: number;
}

/**
 * Whether a run fits beside the live ones. A guess makes a run wait for others, but never refuses it: alone on the host it
 * may try. Pure.
 */
export function judgeRoom(need: RoomNeed, room: Room, claims: readonly Claim[]): RoomAnswer {
  let later: CodedError | undefined;
  for (const resource of resourcesOf(need, room, claims)) {
    if (resource.needed <= resource.free - resource.promised) continue;
    const lack = lackOf(resource);
    if (resource.atLeast > resource.free + resource.returns) return { answer: 'never', lack };
    if (resource.runs > 0) later ??= lack;
  }
  return later === undefined ? { answer: 'fits' } : { answer: 'later', lack: later };
}

function resourcesOf(need: RoomNeed, room: Room, claims: readonly Claim[]): readonly Resource[] {
  const sum = (list: readonly Claim[], count: (claim: Claim, held: Held) => number) =>
    list.reduce((total, claim) => total + count(claim, room.held.get(claim.stackName) ?? NOTHING), 0);
  const onNetwork = claims.filter(({ place }) => place.network === room.place.network);
  const onDisk = claims.filter(({ place }) => place.disks.some((disk) => room.place.disks.includes(disk)));
  return [
    {
      code: 'E_NO_ADDRESSES',
      needed: need.addresses,
      atLeast: need.addresses,
      free: room.freeAddresses,
      promised: sum(onNetwork, (claim, held) => Math.max(0, claim.need.addresses - held.addresses)),
      returns: sum(onNetwork, (_, held) => held.addresses),
      runs: onNetwork.length,
      figure: String,
      of: `${need.addresses === 1 ? 'address' : 'addresses'} on the network ${room.network}`,
      hint: 'remove stacks that are no longer needed, or give the network a larger subnet',
    },
    {
      code: 'E_NO_MEMORY',
      needed: need.memoryBytes,
      atLeast: need.provenMemoryBytes,
      free: room.freeMemoryBytes,
      promised: sum(claims, (claim, held) => Math.max(0, claim.need.memoryBytes - held.memoryBytes)),
      returns: sum(claims, (_, held) => held.memoryBytes),
      runs: claims.length,
      figure: formatBytes,
      of: 'of memory',
      hint: `end other programs; the need is that of ${[...need.memoryFrom, 'the run itself'].join(', ')}`,
    },
    {
      code: 'E_NO_DISK',
      needed: need.diskBytes,
      atLeast: need.diskBytes,
      free: room.freeDiskBytes,
      // How much of it they have written is not known; to wait for them is then better than to refuse.
      promised: sum(onDisk, (claim) => claim.need.diskBytes),
      returns: sum(onDisk, (claim) => claim.need.diskBytes),
      runs: onDisk.length,
      figure: formatBytes,
      of: 'of disk',
      hint: 'remove images and runs that are no longer needed',
    },
  ];
}

const NOTHING: Held = { addresses: 0, memoryBytes: 0 };

function lackOf({ code, needed, free, promised, figure, of, hint, runs }: Resource): CodedError {
  const there = figure(Math.max(0, free));
  const others = promised > 0 ? `, with ${figure(promised)} promised to ${countOf(runs, 'other run')}` : '';
  return new CodedError({
    code,
    message: `the run needs ${figure(needed)} ${of}, and ${there} ${there === '1' ? 'is' : 'are'} free${others}`,
    fault: 'infrastructure',
    hint: `\`cc-ci clean\` removes what dead runs left; else ${hint}`,
  });
}
