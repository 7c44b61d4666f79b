import type { ResolvedService } from './resolve.ts';
import type { Server } from './table-types.ts';

/** The servers with their ports as numbers, or what is wrong with the first that is none. */
export function usableServers({ servers }: ResolvedService): readonly Server[] | string {
  const usable: Server[] = [];
  for (const { address, port, scheme } of servers) {
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) return `the port \`${port}\` of its service is not a number`;
    usable.push({ address, port: Number(port), scheme });
  }
  return usable;
}
