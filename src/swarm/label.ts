import type { Service, Stack } from '../recipe/compose/types.ts';
import { type EngineFacts, EXPIRES_LABEL, RECIPE_LABEL, RUN_LABEL, STATE_LABEL } from './types.ts';

export interface RunLabels {
  readonly runId: string;
  readonly recipe: string;
  /** Unix seconds after which anyone may remove it whose state directory is gone: no run is alive so late. */
  readonly expires: number;
  /** The state directory that holds the run's lock. */
  readonly state?: string | undefined;
}

/** The labels that everything a run makes has to carry (design, law 4). */
export function runLabels(labels: RunLabels): Readonly<Record<string, string>> {
  return {
    [RUN_LABEL]: labels.runId,
    [RECIPE_LABEL]: labels.recipe,
    [EXPIRES_LABEL]: String(Math.floor(labels.expires)),
    ...(labels.state === undefined ? {} : { [STATE_LABEL]: labels.state }),
  };
}

/**
 * Puts our labels on all that `docker stack deploy` will make of a stack. The implicit network `default` is written out
 * where a service uses it, because the CLI would create it without labels and teardown would then not know it as ours.
 */
export function labelStack(stack: Stack, labels: RunLabels): Stack {
  const ours = runLabels(labels);
  // `network_mode` does not matter: the CLI ignores it and joins the service to the default network all the same.
  const usesDefault = Object.values(stack.services).some(({ networks }) => Object.keys(networks ?? {}).length === 0);
  const networks = usesDefault ? { ...stack.networks, default: stack.networks['default'] ?? {} } : stack.networks;
  return {
    ...stack,
    services: mapValues(stack.services, (service) => labelService(service, ours)),
    networks: mapValues(networks, (network) => labelOwn(network, ours)),
    volumes: mapValues(stack.volumes, (volume) => labelOwn(volume, ours)),
    secrets: mapValues(stack.secrets, (secret) => labelOwn(secret, ours)),
    configs: mapValues(stack.configs, (config) => labelOwn(config, ours)),
  };
}

/** Ties every service to one node: volumes, exec and logs are only at hand there. A single-node Swarm needs no constraint. */
export function pinToNode(stack: Stack, facts: Pick<EngineFacts, 'nodeId' | 'nodes'>): Stack {
  if (facts.nodes <= 1 || facts.nodeId === undefined) return stack;
  const constraint = `node.id == ${facts.nodeId}`;
  return {
    ...stack,
    services: mapValues(stack.services, (service) => {
      const placement = service.deploy?.placement ?? {};
      const constraints = Array.isArray(placement['constraints']) ? placement['constraints'] : [];
      return {
        ...service,
        deploy: { ...service.deploy, placement: { ...placement, constraints: [...constraints, constraint] } },
      };
    }),
  };
}

function labelService(service: Service, ours: Readonly<Record<string, string>>): Service {
  return {
    ...service,
    labels: { ...service.labels, ...ours },
    deploy: { ...service.deploy, labels: { ...service.deploy?.labels, ...ours } },
  };
}

interface Labelled {
  readonly external?: boolean | { readonly name?: string };
  readonly labels?: Readonly<Record<string, string>>;
}

/** External objects belong to someone else: neither changed nor labelled. The file may also write an object as null. */
function labelOwn<T extends Labelled>(object: T | null, ours: Readonly<Record<string, string>>): T {
  if (object !== null && object.external !== undefined && object.external !== false) return object;
  return { ...object, labels: { ...object?.labels, ...ours } } as T;
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
