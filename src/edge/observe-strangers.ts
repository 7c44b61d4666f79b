import type { Stack } from '../recipe/compose/types.ts';
import type { ApiService, ApiTask } from '../swarm/api-types.ts';
import type { Engine } from '../swarm/engine.ts';
import type { Stranger } from './causes/observation.ts';
import { findSharedNames, readConfigTexts, type SharedName, sharedNameWarning } from './shared-names.ts';

export interface NameQuestion {
  readonly stack: Stack;
  readonly stackName: string;
  readonly proxyNetwork: string;
}

export interface StrangerQuestion extends NameQuestion {
  /** The running containers of the stack, each with the key of its service. */
  readonly containers: readonly { readonly id: string; readonly service: string }[];
}

/** Finds names that the stack shares with another one on the network of the proxy, and asks inside where they lead. */
export async function observeStrangers(engine: Engine, question: StrangerQuestion): Promise<Stranger[]> {
  const { shared, services, networkId } = await readSharedNames(engine, question);
  if (shared.length === 0) return [];
  const tasks = await engine.tasks({ 'desired-state': ['running'] });
  return Promise.all(
    shared.map(async ({ service, name, stranger }) => {
      const bearer = services.find(({ Spec }) => Spec.Name === stranger);
      const theirs = bearer === undefined ? [] : addressesOn(bearer, tasks, networkId);
      const container = question.containers.find((one) => one.service === service);
      const resolved = container === undefined ? [] : await resolveInside(engine, container.id, name);
      return { service, name, stranger, addresses: resolved.filter((address) => theirs.includes(address)) };
    }),
  );
}

/** Before anything is deployed: a sentence for each name of a sibling that may lead to another stack's service. */
export async function warnOfSharedNames(engine: Engine, question: NameQuestion): Promise<string[]> {
  const { shared } = await readSharedNames(engine, question);
  return shared.map((one) => sharedNameWarning(one, question.proxyNetwork));
}

async function readSharedNames(
  engine: Engine,
  { stack, stackName, proxyNetwork }: NameQuestion,
): Promise<{
  readonly shared: readonly SharedName[];
  readonly services: readonly ApiService[];
  readonly networkId: string;
}> {
  const networks = await engine.networks({ name: [proxyNetwork] });
  // The filter of the Engine takes parts of names, too.
  const network = networks.find(({ Name }) => Name === proxyNetwork);
  if (network === undefined) return { shared: [], services: [], networkId: '' };
  const services = await engine.services();
  const shared = findSharedNames({
    stack,
    stackName,
    services,
    network: { id: network.Id, name: network.Name },
    configTexts: await readConfigTexts(stack),
  });
  return { shared, services, networkId: network.Id };
}

/** The addresses of a service on a network: those of its tasks, and its virtual one. Pure. */
export function addressesOn(service: ApiService, tasks: readonly ApiTask[], networkId: string): string[] {
  const virtual = (service.Endpoint?.VirtualIPs ?? []).filter(({ NetworkID }) => NetworkID === networkId);
  const attached = tasks
    .filter(({ ServiceID }) => ServiceID === service.ID)
    .flatMap(({ NetworksAttachments }) => NetworksAttachments ?? [])
    .filter(({ Network }) => Network.ID === networkId)
    .flatMap(({ Addresses }) => Addresses ?? []);
  return [...virtual.flatMap(({ Addr }) => Addr ?? []), ...attached].map((address) => address.replace(/\/\d+$/, ''));
}

/** What a container's own name server says, by a tool that its image may have; nothing where it has none. */
async function resolveInside(engine: Engine, containerId: string, name: string): Promise<string[]> {
  const tools = [
    ['getent', 'ahostsv4', name],
    ['nslookup', name],
  ];
  for (const argv of tools) {
    const result = await engine.exec(containerId, argv, { timeoutMs: 5000 }).catch(() => undefined);
    const addresses = result?.stdout.match(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g) ?? [];
    if (result?.exitCode === 0 && addresses.length > 0) return [...new Set(addresses)];
  }
  return [];
}
