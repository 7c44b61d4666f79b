import type { ApiNetwork, ApiService, ApiTask } from '../../swarm/api-types.ts';
import type { Engine } from '../../swarm/engine.ts';
import { STACK_LABEL } from '../../swarm/types.ts';
import { decodeLabels, isEnabled } from '../labels/config.ts';
import type { RoutedService } from '../labels/table-types.ts';
import type { TraefikVersion } from '../types.ts';

/** What the Swarm looks like to the router at one moment. */
export interface SwarmView {
  readonly services: readonly RoutedService[];
  /** True while a task of a routed service is on its way up: nothing announces that it has arrived. */
  readonly pending: boolean;
}

const ON_ITS_WAY = ['new', 'pending', 'assigned', 'accepted', 'preparing', 'ready', 'starting'];

/** Reads services and tasks. Services without `traefik.enable=true` are left out. */
export async function readSwarm(engine: Engine, network: string, version: TraefikVersion): Promise<SwarmView> {
  const [services, tasks, networks] = await Promise.all([
    engine.services(),
    engine.tasks({ 'desired-state': ['running'] }),
    engine.networks({ scope: ['swarm'] }),
  ]);
  return viewOf(services, tasks, networks, network, version);
}

/**
 * The view as a pure function. A task counts when it runs (which for a service with a health check means healthy), and is
 * reached by its address on the proxy's network: an alias may belong to several stacks.
 */
export function viewOf(
  services: readonly ApiService[],
  tasks: readonly ApiTask[],
  networks: readonly ApiNetwork[],
  network: string,
  version: TraefikVersion,
): SwarmView {
  const own = networks.find(({ Name }) => Name === network)?.Id;
  let pending = false;
  const routed: RoutedService[] = [];
  for (const { ID, Spec } of services) {
    const labels = Spec.Labels ?? {};
    if (!isEnabled(labels)) continue;
    const ours = tasks.filter((task) => task.ServiceID === ID);
    pending ||= ours.some((task) => ON_ITS_WAY.includes(task.Status.State));
    const chosen = chosenNetwork(Spec.Name, labels, version);
    const wanted = networks.find(({ Name }) => Name === chosen)?.Id;
    const addresses = ours
      .filter((task) => task.Status.State === 'running')
      .flatMap((task) => taskAddress(task, own, wanted) ?? []);
    routed.push({ name: Spec.Name, stack: labels[STACK_LABEL], labels, addresses });
  }
  return { services: routed, pending };
}

/** What cannot be read chooses nothing; the table says so, and others are read all the same. */
function chosenNetwork(
  service: string,
  labels: Readonly<Record<string, string>>,
  version: TraefikVersion,
): string | undefined {
  try {
    const config = decodeLabels(service, labels, version);
    return 'code' in config ? undefined : config.network;
  } catch {
    return undefined;
  }
}

/** A label may choose another network; then Traefik asks there, and a proxy that is not on it gets no answer. */
function taskAddress(task: ApiTask, own: string | undefined, wanted: string | undefined): string | undefined {
  const attached = task.NetworksAttachments ?? [];
  const elsewhere = wanted !== undefined && wanted !== own && attached.some(({ Network }) => Network.ID === wanted);
  const address = attached.find(({ Network }) => Network.ID === own)?.Addresses?.[0];
  return elsewhere ? undefined : address?.split('/')[0];
}
