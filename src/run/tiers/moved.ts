import type { Stack } from '../../recipe/compose/types.ts';
import type { ApiService } from '../../swarm/api-types.ts';
import { shortName } from '../../swarm/deploy.ts';
import type { ServiceMove } from '../types.ts';

/** Holds what runs against what the head's stack file asks for: images, labels and configs of every service. Pure. */
export function compareWithHead(stackName: string, head: Stack, running: readonly ApiService[]): ServiceMove[] {
  const byName = new Map(running.map((service) => [shortName(stackName, service.Spec.Name), service]));
  return Object.entries(head.services).map(([name, wanted]) => {
    const service = byName.get(name);
    const container = service?.Spec.TaskTemplate.ContainerSpec;
    const runningImage = container?.Image?.replace(/@sha256:[0-9a-f]+$/, '');
    const expectedImage = wanted.image ?? '';
    const labels = service?.Spec.Labels ?? {};
    const configs = new Set((container?.Configs ?? []).map(({ ConfigName }) => ConfigName));
    const expectedConfigs = (wanted.configs ?? []).map(
      ({ source }) => head.configs[source]?.name ?? `${stackName}_${source}`,
    );
    return {
      service: name,
      expectedImage,
      runningImage,
      imageMatches: runningImage === expectedImage.replace(/@sha256:[0-9a-f]+$/, ''),
      labelsMatch: Object.entries(wanted.deploy?.labels ?? {}).every(([key, value]) => labels[key] === value),
      configsMatch: expectedConfigs.length === configs.size && expectedConfigs.every((config) => configs.has(config)),
    };
  });
}

/**
 * Whether two stacks differ in anything that runs. What abra writes itself (its version labels, and the recipe's version
 * in the app's environment) differs between any two versions and proves nothing (RT-01).
 */
export function differs(base: Stack, head: Stack): boolean {
  return JSON.stringify(essence(base)) !== JSON.stringify(essence(head));
}

/**
 * Whether the Engine's services differ in anything that runs or routes. Of labels only those count that something reads:
 * the proxy's and those of the backup. Pure.
 */
export function servicesDiffer(before: readonly ApiService[], after: readonly ApiService[]): boolean {
  const essences = (services: readonly ApiService[]) =>
    JSON.stringify(sortKeys(Object.fromEntries(services.map(({ Spec }) => [Spec.Name, serviceEssence(Spec)]))));
  return essences(before) !== essences(after);
}

function serviceEssence(spec: ApiService['Spec']): unknown {
  const { ContainerSpec, ...task } = spec.TaskTemplate;
  const container: (typeof ContainerSpec & { readonly Env?: readonly string[] }) | undefined = ContainerSpec;
  // The counter that a forced update raises is no property of the service.
  const { ForceUpdate: _, ...rest } = task as typeof task & { readonly ForceUpdate?: number };
  return {
    ...spec,
    Labels: withLabels(spec.Labels ?? {}),
    TaskTemplate: {
      ...rest,
      ContainerSpec: {
        ...container,
        Env: (container?.Env ?? []).filter((pair) => !/^(?:TYPE|RECIPE)=/.test(pair)),
        Labels: withLabels(container?.Labels ?? {}),
      },
    },
  };
}

function withLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  return without(labels, (key) => !isRead(key));
}

/** Labels that change how an app is reached or saved; all others are remarks. */
function isRead(label: string): boolean {
  return /^(?:traefik|backupbot)\./i.test(label);
}

function essence(stack: Stack): unknown {
  return sortKeys({
    ...stack,
    services: Object.fromEntries(
      Object.entries(stack.services).map(([name, service]) => [
        name,
        {
          ...service,
          environment: without(service.environment ?? {}, (key) => key === 'TYPE' || key === 'RECIPE'),
          deploy: {
            ...service.deploy,
            labels: withLabels(service.deploy?.labels ?? {}),
          },
        },
      ]),
    ),
    // The path of a config's file differs by checkout; its name changes with its content.
    configs: Object.fromEntries(Object.entries(stack.configs).map(([id, { name }]) => [id, name])),
    secrets: Object.fromEntries(Object.entries(stack.secrets).map(([id, { name }]) => [id, name])),
  });
}

function without<T>(record: Readonly<Record<string, T>>, drop: (key: string) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !drop(key)));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}

/** Volumes of the base that no service of the head mounts any more, by key: their data is lost to the app. */
export function droppedVolumes(base: Stack, head: Stack): string[] {
  const mounted = (stack: Stack) =>
    new Set(
      Object.values(stack.services)
        .flatMap((service) => service.volumes ?? [])
        .filter(({ type }) => type === 'volume')
        .map(({ source }) => source)
        .filter((source) => source !== undefined),
    );
  const after = mounted(head);
  return [...mounted(base)].filter((volume) => !after.has(volume)).sort();
}
