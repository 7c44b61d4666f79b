import { readFile } from 'node:fs/promises';
import type { Service, Stack } from '../recipe/compose/types.ts';
import type { ApiService } from '../swarm/api-types.ts';

/** A name by which a service asks a sibling, while another stack's service bears it on a network that the asker is on. */
export interface SharedName {
  /** Who asks, by its key in the stack file. */
  readonly service: string;
  readonly name: string;
  /** The other stack's service, by its name in the Swarm. */
  readonly stranger: string;
}

export interface SharedNameQuestion {
  readonly stack: Stack;
  readonly stackName: string;
  /** All services of the Swarm. */
  readonly services: readonly ApiService[];
  /** The network that the stack shares with others. */
  readonly network: { readonly id: string; readonly name: string };
  /** What the configs of a service say, by its key. */
  readonly configTexts: Readonly<Record<string, string>>;
}

/**
 * Finds names that may lead a service of the stack to one of another stack: Swarm gives every service its key as a name on
 * each of its networks, the shared one included. Only names that the stack's own file uses to ask a sibling count. Pure.
 */
export function findSharedNames({
  stack,
  stackName,
  services,
  network,
  configTexts,
}: SharedNameQuestion): readonly SharedName[] {
  const strangers = services.filter(({ Spec }) => !Spec.Name.startsWith(`${stackName}_`));
  const found: SharedName[] = [];
  for (const [key, service] of Object.entries(stack.services)) {
    if (!isOn(stack, service, network.name)) continue;
    for (const name of siblingNames(stack, key).filter((one) => asksFor(service, configTexts[key] ?? '', one))) {
      const bearer = strangers.find((other) => namesOn(other, network.id).includes(name));
      if (bearer !== undefined) found.push({ service: key, name, stranger: bearer.Spec.Name });
    }
  }
  return found;
}

/** Reads what the configs of each service say, as they lie in the recipe. One that cannot be read says nothing. */
export async function readConfigTexts(stack: Stack): Promise<Readonly<Record<string, string>>> {
  const read = async ({ configs = [] }: Service) => {
    const files = configs.flatMap(({ source }) => stack.configs[source]?.file ?? []);
    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
    return texts.join('\n');
  };
  const entries = Object.entries(stack.services).map(
    async ([key, service]): Promise<[string, string]> => [key, await read(service)],
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** The sentence of a plan: what may happen, and to whom. Pure. */
export function sharedNameWarning({ service, name, stranger }: SharedName, network: string): string {
  return `${service}: asks for ${name}, which on the network ${network} is also a name of ${stranger}: requests may go astray`;
}

function namesOn({ Spec }: ApiService, networkId: string): readonly string[] {
  return (Spec.TaskTemplate.Networks ?? [])
    .filter(({ Target }) => Target === networkId)
    .flatMap(({ Aliases }) => Aliases ?? []);
}

function siblingNames(stack: Stack, key: string): readonly string[] {
  const others = Object.entries(stack.services).filter(([other]) => other !== key);
  return [
    ...new Set(
      others.flatMap(([other, { networks }]) => [
        other,
        ...Object.values(networks ?? {}).flatMap((network) => network?.aliases ?? []),
      ]),
    ),
  ];
}

/** Whether a service's environment, command or configs have a name where a host is meant: after `//` or `@`, before a port. */
function asksFor({ environment, command, entrypoint }: Service, configText: string, name: string): boolean {
  const inUrl = new RegExp(String.raw`(?://|@)${RegExp.escape(name)}(?![\w.-])`);
  const beforePort = new RegExp(String.raw`(?:^|[\s,=;'"])${RegExp.escape(name)}:\d`, 'm');
  const values = Object.values(environment ?? {}).filter((value) => value !== null);
  const texts = [...values, ...(command ?? []), ...(entrypoint ?? []), configText];
  // A variable may be nothing but the name, or a list of names.
  const listed = values.some((value) => value.split(/[\s,;]+/).includes(name));
  return listed || texts.some((one) => inUrl.test(one) || beforePort.test(one));
}

function isOn(stack: Stack, { networks }: Service, wanted: string): boolean {
  return Object.keys(networks ?? {}).some((key) => {
    const network = stack.networks[key];
    const given = typeof network?.external === 'object' ? network.external.name : undefined;
    return (given ?? network?.name ?? (network?.external === undefined ? undefined : key)) === wanted;
  });
}
