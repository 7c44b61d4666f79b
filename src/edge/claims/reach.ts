import { isIP } from 'node:net';
import type { Stack } from '../../recipe/compose/types.ts';
import { decodeLabels } from '../labels/config.ts';
import { type LabelEntry, labelSets, listValues, readEntries } from '../labels/entries.ts';
import { ENTRY_POINTS } from '../labels/table.ts';
import type { RouteProblem } from '../types.ts';

/** A label by which a stack reaches beyond itself through the proxy. An approval names it with its value. */
export interface LabelReach {
  readonly service: string;
  readonly label: string;
  readonly value: string;
  /** Says what it does, without the service's name. */
  readonly sentence: string;
}

export interface LabelOwner {
  readonly stackName: string;
  /** The host name of the run's app. */
  readonly domain: string;
  /** True where a Traefik of the operator's follows the labels: it may know keys that cc-ci does not. */
  readonly foreignProxy: boolean;
}

interface Scene extends LabelOwner {
  readonly service: string;
  readonly services: readonly string[];
  /** `http routers web`, for everything that the stack itself defines, in lower case. */
  readonly defined: ReadonlySet<string>;
}

/**
 * What the labels of a stack get at beyond the stack: names of routers, services and middlewares that others may have, too;
 * what others define; entry points of the operator's; files and plugins of the proxy; servers outside. Pure.
 */
export function labelReach(stack: Stack, owner: LabelOwner): readonly LabelReach[] {
  return eachSet(stack, owner).flatMap(({ labels, entries, scene }) => [
    ...foreignNames(entries, scene),
    ...foreignEntryPoints(entries, scene),
    ...entries.flatMap((entry) => entryReach(entry, scene)),
    ...(owner.foreignProxy ? unknownKeys(labels, scene.service) : []),
  ]);
}

/**
 * What no approval can allow: servers by address, the proxy's own services (`api@internal`), questions to addresses inside of
 * the host's network. Each is `refused`. Pure.
 */
export function forbiddenLabels(stack: Stack, owner: LabelOwner): readonly RouteProblem[] {
  return eachSet(stack, owner).flatMap(({ entries, scene }) =>
    entries.flatMap((entry) => {
      const why = whyForbidden(entry, scene);
      const { service } = scene;
      if (why === undefined) return [];
      const { label } = entry;
      return [{ service, label, code: 'route-forbidden', sentence: `${label} ${why}`, weight: 'refused' as const }];
    }),
  );
}

interface LabelSet {
  readonly labels: Readonly<Record<string, string>>;
  readonly entries: readonly LabelEntry[];
  readonly scene: Scene;
}

function eachSet(stack: Stack, owner: LabelOwner): LabelSet[] {
  const sets = Object.entries(stack.services).flatMap(([service, definition]) =>
    labelSets(definition).map((labels) => ({ service, labels, entries: readEntries(labels).entries })),
  );
  const all = sets.flatMap(({ entries }) => entries);
  const defined = new Set(all.map(({ protocol, kind, name }) => `${protocol} ${kind} ${name}`));
  const services = Object.keys(stack.services);
  return sets.map(({ service, labels, entries }) => ({
    labels,
    entries,
    scene: { ...owner, service, services, defined },
  }));
}

const NAMED: Readonly<Record<string, string>> = {
  routers: 'router',
  services: 'service',
  middlewares: 'middleware',
  serverstransports: 'servers transport',
};

/** Two stacks that define one name share it, in most proxies: half of the one's requests then go to the other. */
function foreignNames(entries: readonly LabelEntry[], { service, stackName }: Scene): LabelReach[] {
  const found = new Map<string, LabelReach>();
  for (const { label, protocol, kind, name } of entries) {
    const what = NAMED[kind];
    if (what === undefined || isOwnName(name, stackName)) continue;
    const key = `traefik.${protocol}.${kind}.${name}`;
    const sentence = `defines the ${what} ${name}, a name that other stacks may use: begin it with \${STACK_NAME}`;
    if (!found.has(key)) found.set(key, { service, label, value: `defines ${name}`, sentence });
  }
  return [...found.values()];
}

/** Ports that only the operator's proxy has: for TCP and UDP each of them is a whole port of the host. */
function foreignEntryPoints(entries: readonly LabelEntry[], { service }: Scene): LabelReach[] {
  const routers = Map.groupBy(
    entries.filter(({ kind }) => kind === 'routers'),
    ({ protocol, name }) => `${protocol} ${name}`,
  );
  return [...routers.values()].flatMap((router): LabelReach[] => {
    const [first] = router;
    if (first === undefined) return [];
    const names = listValues(router, 'entrypoints');
    const { label } = router.find(({ key }) => key.startsWith('entrypoints')) ?? first;
    const protocol = first.protocol.toUpperCase();
    const unknown = first.protocol === 'udp' ? names : names.filter((name) => !ENTRY_POINTS.includes(name));
    if (first.protocol === 'udp' && names.length === 0)
      return [{ service, label, value: 'every UDP entry point', sentence: 'takes every UDP port of the proxy' }];
    return unknown.map((name) => ({
      service,
      label,
      value: name,
      sentence: `takes ${protocol} requests on the proxy’s entry point ${name}, which is not of this app alone`,
    }));
  });
}

/** Keys that name something by its name in the proxy's configuration, and of which kind that is. */
const REFERENCES: readonly (readonly [RegExp, kind: string])[] = [
  [/^routers service$/, 'services'],
  [/^routers middlewares(?:\[\d+\])?$/, 'middlewares'],
  [/^middlewares chain\.middlewares(?:\[\d+\])?$/, 'middlewares'],
  [/^middlewares errors\.service$/, 'services'],
  [/^services loadbalancer\.serverstransport$/, 'serverstransports'],
  [/^routers tls\.options$/, 'tls options'],
];

/** Keys that name a file in the proxy's own container. */
const PROXY_FILE = /^(?:basicauth|digestauth)\.usersfile$|\.tls\.(?:ca|cert|key)$/;

function entryReach(entry: LabelEntry, scene: Scene): LabelReach[] {
  const { label, value, protocol, kind, key } = entry;
  const { service } = scene;
  const reach = (sentence: string, what = value): LabelReach => ({ service, label, value: what, sentence });
  if (protocol === 'tls') return [reach('sets the TLS of the proxy, for every app')];
  const target = REFERENCES.find(([pattern]) => pattern.test(`${kind} ${key}`))?.[1];
  if (target !== undefined) {
    return referencesIn(value)
      .filter((reference) => !isOwnReference(reference, protocol, target, scene) && !/@internal$/i.test(reference))
      .map((reference) => reach(`uses ${reference}, which this stack does not define`, reference));
  }
  if (kind === 'middlewares' && PROXY_FILE.test(key)) return [reach(`has the proxy read ${value}, a file of its own`)];
  if (kind === 'middlewares' && key.startsWith('plugin.')) return [reach('runs a plugin of the proxy')];
  if (kind === 'middlewares' && key === 'forwardauth.address' && whereIs(value, scene) === 'outside')
    return [reach(`has the proxy ask ${value} about every request`)];
  return [];
}

function referencesIn(value: string): string[] {
  return value
    .split(',')
    .map((reference) => reference.trim())
    .filter((reference) => reference !== '');
}

function isOwnReference(reference: string, protocol: string, kind: string, scene: Scene): boolean {
  const [name = '', provider, more] = reference.toLowerCase().split('@');
  if (more !== undefined) return false;
  if (kind === 'tls options') return name === 'default' && provider === undefined;
  if (provider !== undefined && provider !== 'docker' && provider !== 'swarm') return false;
  return isOwnName(name, scene.stackName) || scene.defined.has(`${protocol} ${kind} ${name}`);
}

/** Names of runs end with their domain, so that nothing of another stack begins with all of one's name. */
function isOwnName(name: string, stackName: string): boolean {
  const lower = name.toLowerCase();
  const own = stackName.toLowerCase();
  return lower.startsWith(own) || lower.startsWith(own.replaceAll('_', '-'));
}

function whyForbidden({ value, kind, key }: LabelEntry, scene: Scene): string | undefined {
  if (kind === 'services' && /(?:^|\.)url$/.test(key))
    return 'names a server by its address; requests may only go to the tasks of this stack';
  if (REFERENCES.some(([pattern]) => pattern.test(`${kind} ${key}`))) {
    const internal = referencesIn(value).find((reference) => /@internal$/i.test(reference));
    if (internal !== undefined) return `uses ${internal}, which is the proxy’s own and shows what all apps are`;
  }
  if (kind === 'middlewares' && key === 'forwardauth.address' && whereIs(value, scene) === 'inside')
    return `has the proxy ask ${value}, an address inside of the host’s network that is not of this stack`;
  return undefined;
}

/** Whose server an address leads to: the stack's own, one inside of the host's network, or one outside. */
function whereIs(address: string, { stackName, services, domain }: Scene): 'own' | 'inside' | 'outside' {
  let host: string;
  try {
    host = new URL(address).hostname.toLowerCase().replace(/\.$/, '');
  } catch {
    return 'inside';
  }
  if (host === domain || host.endsWith(`.${domain}`)) return 'own';
  if (services.some((service) => host === service || host === `${stackName}_${service}`)) return 'own';
  const bare = host.replace(/^\[|\]$/g, '');
  const local = isIP(bare) !== 0 || !host.includes('.') || /\.(?:local|localhost|internal|lan|arpa)$/.test(host);
  return local ? 'inside' : 'outside';
}

/** Keys that no Traefik known to cc-ci takes: a newer one might, and would do with them what nobody here has judged. */
function unknownKeys(labels: Readonly<Record<string, string>>, service: string): LabelReach[] {
  return Object.entries(labels).flatMap(([label, value]) => {
    const decoded = decodeLabels(service, { [label]: value }, 'v3');
    if (!('code' in decoded) || decoded.code === 'route-unsupported') return [];
    return [{ service, label, value, sentence: `sets ${label}, which cc-ci cannot read and the proxy may` }];
  });
}
