import type { ApiNetwork, ApiPort, ApiService, ApiTask } from './api-types.ts';
import type { Engine } from './engine.ts';
import { isEngineStatus } from './engine-http.ts';
import { STACK_LABEL } from './types.ts';

/** A TCP port that a stack has published, and where a running task of it takes its connections. */
export interface PublishedPort {
  readonly published: number;
  /** Of the task's own container, on this node's bridge: nobody else can answer there. */
  readonly address: string;
  /** Inside the container. */
  readonly port: number;
}

/** The bridge that joins the containers of a Swarm's tasks to their node; its name is the Engine's. */
const NODE_BRIDGE = 'docker_gwbridge';

/**
 * The TCP ports that tasks of a stack have published on this node at this moment, as the Engine reports them: not what a file
 * asks for. A port that is only declared (UDP, no replicas, a task that does not run) may be somebody else's on the host.
 */
export async function readPublishedPorts(engine: Engine, stackName: string): Promise<readonly PublishedPort[]> {
  const label = [`${STACK_LABEL}=${stackName}`];
  const [services, tasks, bridge] = await Promise.all([
    engine.services({ label }),
    engine.tasks({ label, 'desired-state': ['running'] }),
    engine.network(NODE_BRIDGE).catch((error: unknown) => {
      // Before the first task of a Swarm there is none.
      if (isEngineStatus(error, 404)) return undefined;
      throw error;
    }),
  ]);
  return publishedPorts(services, tasks, bridge);
}

/** The same from what the Engine said; the newest task first. Pure. */
export function publishedPorts(
  services: readonly ApiService[],
  tasks: readonly ApiTask[],
  bridge: Pick<ApiNetwork, 'Containers'> | undefined,
): readonly PublishedPort[] {
  const running = tasks
    .filter(({ DesiredState, Status }) => DesiredState === 'running' && Status.State === 'running')
    .toSorted((left, right) => (left.CreatedAt < right.CreatedAt ? 1 : -1));
  return running.flatMap(({ ServiceID, Status }) => {
    const service = services.find(({ ID }) => ID === ServiceID);
    const address = bridge?.Containers?.[Status.ContainerStatus?.ContainerID ?? '']?.IPv4Address?.split('/')[0];
    if (service === undefined || address === undefined || address === '') return [];
    const ingress = (service.Endpoint?.Ports ?? []).filter(({ PublishMode }) => PublishMode !== 'host');
    const ports = [...ingress, ...(Status.PortStatus?.Ports ?? [])].flatMap((port) => tcpPort(port, address));
    // A port of the host is reported for IPv4 and for IPv6.
    return [...new Map(ports.map((port) => [`${port.published} ${port.port}`, port])).values()];
  });
}

function tcpPort({ Protocol, PublishedPort, TargetPort }: ApiPort, address: string): readonly PublishedPort[] {
  if (Protocol !== 'tcp' || !PublishedPort || !TargetPort) return [];
  return [{ published: PublishedPort, address, port: TargetPort }];
}
