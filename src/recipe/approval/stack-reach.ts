import type { RawDocument } from '../compose/document.ts';
import type { Stack } from '../compose/types.ts';
import { serviceReach } from './service-reach.ts';
import type { NeedsApproval } from './types.ts';

/** One way out of a stack, before it is known which file says it. */
export interface Reach {
  readonly path: readonly string[];
  readonly service: string | undefined;
  /** Which of several under one key. */
  readonly value: string;
  readonly sentence: string;
}

export interface StackOwner {
  readonly stackName: string;
  /** The network by which the proxy reaches every app: the one network of others that all may join. */
  readonly proxyNetwork: string;
}

interface Named {
  readonly name?: string;
  readonly driver?: string;
  readonly driver_opts?: Readonly<Record<string, string>>;
  readonly external?: boolean | { readonly name?: string };
}

/**
 * Everything in a resolved stack that reaches beyond it: rights and parts of the host, mounts, objects of others, machines.
 * `documents` are the stack files as they were read; the last that has a key is named. `further` are ways out that
 * another room has found. Pure.
 */
export function stackReach(
  stack: Stack,
  owner: StackOwner,
  documents: readonly RawDocument[] = [],
  further: readonly Reach[] = [],
): readonly NeedsApproval[] {
  const reaches = [
    ...Object.entries(stack.services).flatMap(([name, service]) => serviceReach(name, service)),
    ...objectReach('volumes', stack.volumes, owner),
    ...objectReach('networks', stack.networks, owner),
    ...objectReach('secrets', stack.secrets, owner),
    ...objectReach('configs', stack.configs, owner),
    ...further,
  ];
  return reaches.map(({ path, service, value, sentence }) => {
    const key = path.join('.');
    return { id: `${key}=${unnamed(value, owner)}`, service, key, sentence, ...place(path, documents) };
  });
}

/** What is allowed stays allowed for the next run, whose stack has another name. */
function unnamed(value: string, { stackName }: StackOwner): string {
  return value.replaceAll(stackName, '${STACK_NAME}');
}

type Kind = 'volumes' | 'networks' | 'secrets' | 'configs';

function objectReach(kind: Kind, objects: Readonly<Record<string, Named | null>>, owner: StackOwner): Reach[] {
  return Object.entries(objects).flatMap(([id, object]) => {
    const { external = false, driver, driver_opts: options = {} } = object ?? {};
    const found: Reach[] = [];
    const add = (key: string, value: string, sentence: string) =>
      found.push({ path: [kind, id, key], service: undefined, value, sentence });
    const one = kind.slice(0, -1);
    const given = typeof external === 'object' ? external.name : undefined;
    const name = object?.name ?? given ?? (external === false ? `${owner.stackName}_${id}` : id);
    const shared = kind === 'networks' && name === owner.proxyNetwork && external !== false;
    if (!isOwn(name, owner) && !shared)
      add(object?.name === undefined ? 'external' : 'name', name, `the ${one} ${id} is ${name}, which others may have`);
    if (driver !== undefined && !USUAL_DRIVERS[kind].includes(driver))
      add('driver', driver, `the ${one} ${id} is made by the driver ${driver}, which reaches out of its stack`);
    // A network's own options shape it; a volume's tell the host what to mount.
    if (kind === 'volumes' && Object.keys(options).length > 0 && !isMemory(options))
      add(
        'driver_opts',
        mountText(options),
        `the volume ${id} mounts ${mountText(options)} of the host or of a server`,
      );
    return found;
  });
}

const USUAL_DRIVERS: Readonly<Record<Kind, readonly string[]>> = {
  volumes: ['local'],
  networks: ['overlay'],
  secrets: [],
  configs: [],
};

function isOwn(name: string, { stackName }: StackOwner): boolean {
  return name.startsWith(`${stackName}_`) || name.startsWith(`${stackName}-`);
}

/** Memory of its own, and nothing else: with `o=bind` the kernel mounts the device whatever the type says. */
function isMemory({ type, o = '' }: Readonly<Record<string, string>>): boolean {
  return type === 'tmpfs' && o.split(',').every((option) => MEMORY_OPTION.test(option));
}

const MEMORY_OPTION = /^(?:(?:size|mode|uid|gid|nr_inodes)=\w+%?|rw|ro|nosuid|nodev|noexec|)$/;

function mountText(options: Readonly<Record<string, string>>): string {
  return Object.entries(options)
    .sort(([left], [right]) => left.localeCompare(right))
    .map(([option, value]) => `${option}=${value}`)
    .join(',');
}

/** Where the stack files say it: the last of them wins when they are merged. */
function place(path: readonly string[], documents: readonly RawDocument[]): Pick<NeedsApproval, 'file' | 'line'> {
  const holder = documents.findLast(({ value }) => holds(value, path));
  return { file: holder?.file, line: holder?.locate(path).line };
}

function holds(value: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
  return holds((value as Readonly<Record<string, unknown>>)[key], rest);
}
