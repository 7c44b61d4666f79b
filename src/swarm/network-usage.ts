import { countAddresses } from './addresses.ts';
import type { Engine } from './engine.ts';
import type { ObservedNetwork } from './observation.ts';

/** Counts the addresses of overlay networks; of all of them, or of those named by id or name. Needs a manager. */
export async function readNetworkUsage(engine: Engine, only?: readonly string[]): Promise<readonly ObservedNetwork[]> {
  const [networks, services, tasks, nodes] = await Promise.all([
    engine.networks({ driver: ['overlay'] }),
    engine.services(),
    engine.tasks(),
    engine.nodes(),
  ]);
  return networks
    .filter((network) => only === undefined || only.includes(network.Id) || only.includes(network.Name))
    .map((network) => ({
      id: network.Id,
      name: network.Name,
      ...countAddresses(network, services, tasks, nodes.length),
    }));
}
