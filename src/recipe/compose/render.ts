import type { Healthcheck, Service, ServiceNetwork, Stack } from './types.ts';
import { toYaml } from './yaml-text.ts';

/** The stack as YAML that reads back as what `docker stack config` prints. */
export function printStack(stack: Stack): string {
  return toYaml({
    version: stack.version,
    services: stack.services,
    ...filledSections(stack),
    ...stack.extensions,
  });
}

function filledSections(stack: Stack): Record<string, unknown> {
  const { networks, volumes, secrets, configs } = stack;
  return Object.fromEntries(
    Object.entries({ networks, volumes, secrets, configs }).filter(([, section]) => Object.keys(section).length > 0),
  );
}

/** The version that `renderForDeploy` writes: the newest one that the Docker CLI 20.10 takes. */
const DEPLOY_VERSION = '3.9';

/** Lists in which Docker refuses repeated items, although its own merge makes them. */
const UNIQUE_LISTS = [
  'cap_add',
  'cap_drop',
  'depends_on',
  'devices',
  'dns',
  'dns_search',
  'expose',
  'external_links',
  'extra_hosts',
  'links',
  'ports',
  'security_opt',
  'tmpfs',
] as const;

/**
 * The stack as text for `docker stack deploy -c -`, in a form that the Docker CLIs 20.10 and newer take alike. What format
 * 3.9 lacks is left out, with a warning. Every `$` is doubled, because Docker interpolates the text again.
 *
 * Docker also fills in variables that are null or empty from its own environment: run it with an environment that holds
 * none of the app's names.
 */
export function renderForDeploy(stack: Stack): { readonly yaml: string; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const services = Object.fromEntries(
    Object.entries(stack.services).map(([name, service]) => [name, deployableService(name, service, warnings)]),
  );
  const document = { version: DEPLOY_VERSION, services, ...filledSections(stack) };

  return { yaml: toYaml(escapeMap(document)), warnings };
}

function deployableService(name: string, service: Service, warnings: string[]): Record<string, unknown> {
  // The env files are in the environment already, and would be looked for in the wrong directory.
  const { env_file: _read, ...kept } = service;
  const result: Record<string, unknown> = { ...kept };
  for (const key of UNIQUE_LISTS) {
    const list = result[key];
    if (Array.isArray(list)) result[key] = withoutRepeats(list);
  }
  if (service.healthcheck !== undefined)
    result['healthcheck'] = deployableHealthcheck(name, service.healthcheck, warnings);
  if (service.networks !== undefined) result['networks'] = deployableNetworks(name, service.networks, warnings);
  if (typeof result['ulimits'] === 'object')
    result['ulimits'] = completeUlimits(result['ulimits'] as Readonly<Record<string, unknown>>);
  return result;
}

function deployableHealthcheck(service: string, healthcheck: Healthcheck, warnings: string[]): Healthcheck {
  const { start_interval: startInterval, ...kept } = healthcheck;
  if (startInterval === undefined) return healthcheck;
  warnings.push(
    `service ${service}: healthcheck.start_interval (${startInterval}) is left out, the deploy format 3.9 does not have it`,
  );
  return kept;
}

function deployableNetworks(
  service: string,
  networks: Readonly<Record<string, ServiceNetwork | null>>,
  warnings: string[],
): Record<string, ServiceNetwork | null> {
  const entries = Object.entries(networks).map(([name, network]) => {
    if (network === null) return [name, null] as const;
    const { driver_opts: options, ...kept } = network;
    if (options !== undefined)
      warnings.push(
        `service ${service}: driver_opts of network ${name} are left out, the deploy format 3.9 does not have them`,
      );
    return [name, kept.aliases === undefined ? kept : { ...kept, aliases: withoutRepeats(kept.aliases) }] as const;
  });
  return Object.fromEntries(entries);
}

/** The printed form leaves out limits that are 0, which Docker then does not read back. */
function completeUlimits(ulimits: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(ulimits).map(([name, limit]) => [
    name,
    typeof limit === 'object' ? { soft: 0, hard: 0, ...limit } : limit,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function withoutRepeats<T>(list: readonly T[]): readonly T[] {
  return [...new Map(list.map((item) => [JSON.stringify(item), item])).values()];
}

function escapeMap(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escapeValue(item)]));
}

function escapeValue(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (Array.isArray(value)) return value.map(escapeValue);
  return typeof value === 'object' && value !== null ? escapeMap(value as Readonly<Record<string, unknown>>) : value;
}
