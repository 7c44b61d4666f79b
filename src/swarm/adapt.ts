import type { Port, Service, Stack } from '../recipe/compose/types.ts';
import type { Adaptation, EngineFacts } from './types.ts';

export interface Adapted {
  readonly stack: Stack;
  readonly adaptations: readonly Adaptation[];
  /** What the reader of the verdict has to know about the changes. */
  readonly warnings: readonly string[];
}

/**
 * Changes a stack so that it works on a kernel without IPVS, where a virtual address leads nowhere and nothing listens on
 * an ingress port: names then resolve to the tasks themselves (`dnsrr`), and ingress ports are opened on the host. On a
 * normal kernel the stack comes back as it is.
 */
export function adaptStack(stack: Stack, facts: Pick<EngineFacts, 'ipvs'>): Adapted {
  if (facts.ipvs) return { stack, adaptations: [], warnings: [] };
  const adaptations: Adaptation[] = [];
  const warnings: string[] = [];
  const services: Record<string, Service> = {};
  for (const [name, service] of Object.entries(stack.services)) {
    services[name] = adaptService(name, service, adaptations, warnings);
  }
  return { stack: { ...stack, services }, adaptations, warnings };
}

function adaptService(name: string, service: Service, adaptations: Adaptation[], warnings: string[]): Service {
  const deploy = { ...service.deploy };
  if (deploy.endpoint_mode !== 'dnsrr') {
    deploy.endpoint_mode = 'dnsrr';
    adaptations.push({
      service: name,
      change: 'endpoint-mode-dnsrr',
      detail: 'the kernel has no IPVS: the name resolves to task addresses instead of a virtual one',
    });
  }
  const ports = service.ports?.map((port) => adaptPort(name, port, adaptations, warnings));
  if (ports?.some((port, index) => port !== service.ports?.[index]) === true) {
    if (deploy.update_config?.order === 'start-first') {
      // Old and new task cannot hold one host port together: the new one would wait for ever.
      deploy.update_config = { ...deploy.update_config, order: 'stop-first' };
      adaptations.push({
        service: name,
        change: 'update-order-stop-first',
        detail: 'two tasks cannot share a host port, so the old one stops before the new one starts',
      });
    }
    if (deploy.mode !== 'global' && (deploy.replicas ?? 1) > 1) {
      warnings.push(`${name}: ${deploy.replicas} replicas cannot share a host port on one node; only one will start`);
    }
  }
  return { ...service, deploy, ...(ports === undefined ? {} : { ports }) };
}

function adaptPort(name: string, port: Port, adaptations: Adaptation[], warnings: string[]): Port {
  if (port.published === undefined || port.mode === 'host') return port;
  const detail = `port ${port.published} is opened by the host, because nothing serves ingress ports without IPVS`;
  adaptations.push({ service: name, change: 'ingress-port-to-host-port', detail });
  warnings.push(`${name}: ${detail}`);
  return { ...port, mode: 'host' };
}
