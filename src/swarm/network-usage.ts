import { countAddresses, heldAddresses } from './addresses.ts';
import type { Engine } from './engine.ts';
import type { ObservedNetwork } from './observation.ts';
import { STACK_LABEL } from './types.ts';

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

/** The addresses that each of some stacks holds on the network of that name. Needs a manager. */
export async function readHeldAddresses(
  engine: Engine,
  network: string,
  stackNames: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const [networks, services, tasks] = await Promise.all([
    engine.networks({ driver: ['overlay'], name: [network] }),
    engine.services(),
    engine.tasks(),
  ]);
  const id = networks.find(({ Name }) => Name === network)?.Id ?? '';
  return new Map(
    stackNames.map((stackName) => {
      const own = services.filter(({ Spec }) => Spec.Labels?.[STACK_LABEL] === stackName);
      const ownIds = new Set(own.map(({ ID }) => ID));
      const ownTasks = tasks.filter(({ ServiceID }) => ownIds.has(ServiceID));
      return [stackName, heldAddresses(id, own, ownTasks)];
    }),
  );
}
