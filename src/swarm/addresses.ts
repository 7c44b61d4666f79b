import { CodedError } from '../base/errors.ts';
import type { ApiNetwork, ApiService, ApiTask } from './api-types.ts';

/** How many addresses of a network are taken. `free` can be below zero after a daemon restart on a full network. */
export interface AddressUsage {
  readonly subnet: string;
  readonly total: number;
  readonly used: number;
  readonly free: number;
}

/** States in which a task no longer holds an address. */
const RELEASED = ['complete', 'failed', 'shutdown', 'rejected', 'orphaned', 'remove'];

/**
 * Counts the addresses of an overlay network: one for the gateway, one per node for its load balancer (also where the
 * kernel cannot balance), one per virtual address, one per task. The Engine shows no such number. Pure.
 */
export function countAddresses(
  network: ApiNetwork,
  services: readonly ApiService[],
  tasks: readonly ApiTask[],
  nodes: number,
): AddressUsage {
  const subnet = network.IPAM?.Config?.[0]?.Subnet ?? '';
  const range = parseRange(subnet);
  const total = range === undefined ? 0 : Math.max(0, range.last - range.first - 1);
  const used = 1 + nodes + heldAddresses(network.Id, services, tasks);
  return { subnet, total, used, free: total - used };
}

/** The addresses of a network that some services and tasks hold: virtual ones, and one per task that has not ended. Pure. */
export function heldAddresses(networkId: string, services: readonly ApiService[], tasks: readonly ApiTask[]): number {
  const virtual = services.flatMap(({ Endpoint }) => Endpoint?.VirtualIPs ?? []);
  const virtualIps = virtual.filter(({ NetworkID, Addr }) => NetworkID === networkId && Addr !== undefined).length;
  const taskIps = tasks
    .filter(({ Status }) => !RELEASED.includes(Status.State))
    .flatMap(({ NetworksAttachments }) => NetworksAttachments ?? [])
    .filter((attachment) => attachment.Network.ID === networkId)
    .flatMap(({ Addresses }) => Addresses ?? []).length;
  return virtualIps + taskIps;
}

/** Addresses from first to last, as numbers. */
export interface AddressRange {
  readonly first: number;
  readonly last: number;
}

/** Reads `10.1.0.0/16`, or a single address; undefined for anything else (IPv6, `default`). */
export function parseRange(cidr: string): AddressRange | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(cidr);
  if (match === null) return undefined;
  const octets = match.slice(1, 5).map(Number);
  const bits = match[5] === undefined ? 32 : Number(match[5]);
  if (octets.some((octet) => octet > 255) || bits > 32) return undefined;
  const address = octets.reduce((number, octet) => number * 256 + octet, 0);
  const size = 2 ** (32 - bits);
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1 };
}

/** The private /16 ranges that meet none of the given ranges, in the order of preference. Pure. */
export function freeSubnets(hostRoutes: readonly string[], networks: readonly string[]): readonly string[] {
  // A default route covers everything and says nothing about what is in use.
  const taken = [...hostRoutes, ...networks].map(parseRange).filter((range) => range !== undefined && range.first > 0);
  return candidates().filter((candidate) => {
    const range = parseRange(candidate);
    return range !== undefined && !taken.some((other) => other !== undefined && overlaps(range, other));
  });
}

/** A free /16 for a network that many stacks share. `E_NO_SUBNET` when all private ranges are in use. */
export function chooseSubnet(hostRoutes: readonly string[], networks: readonly string[]): string {
  const [first] = freeSubnets(hostRoutes, networks);
  if (first !== undefined) return first;
  throw new CodedError({
    code: 'E_NO_SUBNET',
    message: 'no private /16 address range is free of routes and networks on this host',
    fault: 'infrastructure',
    hint: 'remove unused networks (docker network ls), or routes to private ranges that are too wide',
  });
}

function overlaps(left: AddressRange, right: AddressRange): boolean {
  return left.first <= right.last && right.first <= left.last;
}

/** High 10.x ranges first: clouds, VPNs and the Swarm's own pool (10.0.0.0/8 from below) start at the low end. */
function candidates(): readonly string[] {
  const high = Array.from({ length: 56 }, (_, index) => `10.${200 + index}.0.0/16`);
  const low = Array.from({ length: 199 }, (_, index) => `10.${199 - index}.0.0/16`);
  const middle = Array.from({ length: 12 }, (_, index) => `172.${20 + index}.0.0/16`);
  return [...high, ...low, ...middle];
}
