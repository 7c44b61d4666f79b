import type { ApiService, ApiTask } from './api-types.ts';
import { toStop } from './leaving.ts';

/** States of a task in which it has its ports: from its node on, until it has ended. */
const HOLDING: readonly string[] = ['assigned', 'accepted', 'preparing', 'ready', 'starting', 'running'];

/**
 * Whether a task of any service has a port of the host that this service publishes, and is to keep it. The scheduler goes on refusing a port for
 * seconds after its last task is gone, most of all where that task is not even listed any more. Pure.
 */
export function portIsHeld(service: ApiService, services: readonly ApiService[], tasks: readonly ApiTask[]): boolean {
  const wanted = new Set(hostPortsOf(service));
  return services.some(
    (other) =>
      hostPortsOf(other).some((port) => wanted.has(port)) &&
      tasks.some(
        ({ ServiceID, DesiredState, Status }) =>
          ServiceID === other.ID && HOLDING.includes(Status.State) && !toStop(DesiredState),
      ),
  );
}

function hostPortsOf({ Spec }: ApiService): string[] {
  const ports = (Spec.EndpointSpec?.['Ports'] ?? []) as readonly {
    readonly Protocol?: string;
    readonly PublishedPort?: number;
    readonly PublishMode?: string;
  }[];
  return ports
    .filter(({ PublishMode }) => PublishMode === 'host')
    .map(({ Protocol, PublishedPort }) => `${Protocol ?? 'tcp'}/${PublishedPort}`);
}
