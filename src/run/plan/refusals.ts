import { CodedError } from '../../base/errors.ts';
import { formatBytes } from '../../base/text.ts';
import type { RouteProblem } from '../../edge/types.ts';
import type { Stack } from '../../recipe/compose/types.ts';

/** Free disk below which a run is not begun. */
export const DISK_NEEDED = 1024 ** 3;

/** The host names a stack asks for that are not the run's: refused before anything is deployed (design, law 8). */
export function refuseForeignHosts(problems: readonly RouteProblem[]): void {
  const refused = problems.find(({ weight }) => weight === 'refused');
  if (refused === undefined) return;
  throw new CodedError({
    code: refused.code,
    message: refused.sentence,
    fault: 'recipe',
    where: { key: `services.${refused.service}.deploy.labels.${refused.label}` },
    hint: 'a run may only claim host names of its own; take them from ${DOMAIN}',
  });
}

/** Addresses a stack takes on a network: one for each task, one more while an update starts first, and a VIP where there are any. */
export function addressesNeeded(stack: Stack, network: string, vips: boolean): number {
  let needed = 0;
  for (const service of Object.values(stack.services)) {
    const joins = Object.keys(service.networks ?? {}).some((key) => (stack.networks[key]?.name ?? key) === network);
    if (!joins) continue;
    const replicas = service.deploy?.replicas ?? 1;
    const startFirst = service.deploy?.update_config?.order === 'start-first' ? 1 : 0;
    needed += replicas + startFirst + (vips ? 1 : 0);
  }
  return needed;
}

/** Refuses a run that would not fit, with the figures, before it touches anything. */
export function refuseWithoutRoom(room: {
  readonly freeAddresses: number;
  readonly neededAddresses: number;
  readonly freeDiskBytes: number;
  readonly network: string;
}): void {
  if (room.neededAddresses > room.freeAddresses) {
    throw new CodedError({
      code: 'E_NO_ADDRESSES',
      message: `the run needs ${room.neededAddresses} addresses on the network ${room.network}, and ${room.freeAddresses} are free`,
      fault: 'infrastructure',
      hint: '`cc-ci clean` removes what dead runs left; otherwise wait for other runs to end',
    });
  }
  if (room.freeDiskBytes < DISK_NEEDED) {
    throw new CodedError({
      code: 'E_NO_DISK',
      message: `${formatBytes(room.freeDiskBytes)} of disk are free, at least ${formatBytes(DISK_NEEDED)} are needed`,
      fault: 'infrastructure',
    });
  }
}

/** Ports of this host that a stack publishes. */
export function hostPorts(stack: Stack): number[] {
  const ports = Object.values(stack.services).flatMap((service) => service.ports ?? []);
  return [...new Set(ports.map(({ published }) => published).filter((port) => port !== undefined))].sort(
    (a, b) => a - b,
  );
}
