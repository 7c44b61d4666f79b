import { append } from '../base/lists.ts';
import type { Stack } from '../recipe/compose/types.ts';
import { isEnabled } from './labels/config.ts';
import { buildTable } from './labels/table.ts';
import type { RoutedService } from './labels/table-types.ts';
import type { RouteProblem, TraefikVersion } from './types.ts';

/** Stands for the address of a task that is up, in a table that nobody asks. */
const SOME_ADDRESS = '192.0.2.1';

export interface ExplainOptions {
  /** Turns a service's key into its name in the Swarm; the key itself unless given. */
  readonly stackName?: string | undefined;
  /** The network that the proxy reaches services on. */
  readonly proxyNetwork?: string | undefined;
}

/**
 * What a Traefik of that version would drop or misread of a stack's labels, before anything is deployed. Problems name the
 * service by its key in the stack.
 */
export function explainRoute(
  stack: Stack,
  version: TraefikVersion,
  options: ExplainOptions = {},
): readonly RouteProblem[] {
  const { stackName, proxyNetwork = 'proxy' } = options;
  const keys = new Map<string, string>();
  const services: RoutedService[] = [];
  const problems: RouteProblem[] = [];
  for (const [key, service] of Object.entries(stack.services)) {
    const name = stackName === undefined ? key : `${stackName}_${key}`;
    const labels = service.deploy?.labels ?? {};
    keys.set(name, key);
    services.push({ name, labels, addresses: [SOME_ADDRESS] });
    append(problems, misplaced(key, labels, service.labels ?? {}, version));
    if (isEnabled(labels) && !isOnNetwork(stack, service.networks, proxyNetwork)) {
      const sentence = `asks to be routed but is not on the network ${proxyNetwork}, so the proxy cannot reach it`;
      problems.push({ service: key, label: 'traefik.enable', code: 'route-not-on-proxy', sentence, weight: 'dropped' });
    }
  }
  const table = buildTable(services, { version });
  return [
    ...problems,
    ...table.problems.map((problem) => ({ ...problem, service: keys.get(problem.service) ?? problem.service })),
  ];
}

/** Labels that sit where Traefik does not look: on the container, or in the words of Traefik 1. */
function misplaced(
  service: string,
  labels: Readonly<Record<string, string>>,
  containerLabels: Readonly<Record<string, string>>,
  version: TraefikVersion,
): RouteProblem[] {
  const problems: RouteProblem[] = [];
  const onContainer = Object.keys(containerLabels).find((label) => label.startsWith('traefik.'));
  if (onContainer !== undefined && !isEnabled(labels)) {
    const sentence = `${onContainer} is on the container; under Swarm Traefik reads only labels below deploy`;
    problems.push({ service, label: onContainer, code: 'route-container-label', sentence, weight: 'dropped' });
  }
  const old = Object.keys(labels).find((label) => /^traefik\.(?:frontend|backend|port|protocol)\b/.test(label));
  if (old !== undefined) {
    const sentence = `${old} is a label of Traefik 1, which ${version} ignores`;
    problems.push({ service, label: old, code: 'route-v1-label', sentence, weight: 'dropped' });
  }
  return problems;
}

function isOnNetwork(stack: Stack, networks: Readonly<Record<string, unknown>> | undefined, wanted: string): boolean {
  return Object.keys(networks ?? {}).some((key) => {
    const network = stack.networks[key];
    const external = network?.external;
    const given = typeof external === 'object' ? external.name : undefined;
    return (given ?? network?.name ?? (external === undefined ? undefined : key)) === wanted;
  });
}
