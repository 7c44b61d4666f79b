import { largest } from '../../base/lists.ts';
import type { RawDocument } from '../compose/document.ts';
import type { Stack } from '../compose/types.ts';
import { isOwn, KINDS, objectLeftovers, type StackOwner, sharedNetworks } from './harmless-objects.ts';
import { harmlessService } from './harmless-service.ts';
import { nameOfImage } from './image-home.ts';
import type { Leftover } from './rule.ts';
import { objectSentence, serviceSentence } from './sentences.ts';
import type { NeedsApproval } from './types.ts';
import { valueText } from './value-text.ts';

/** A way out of a stack that another room has found, before it is known which file says it. */
export interface Reach {
  readonly path: readonly string[];
  readonly service: string;
  /** Which of several under one key. */
  readonly value: string;
  readonly sentence: string;
}

/** More entries of one key are told as one: nobody reads 65,535 ports. */
const MOST_OF_ONE_KEY = 20;

/**
 * Everything in a resolved stack that is not known to stay within it. A list of harmless keys and values decides; a finding
 * names its value, so that an approval of one is none of another. `documents` are the stack files as they were read; the
 * last that has a key is named. `further` are ways out that another room has found. Pure.
 */
export function stackReach(
  stack: Stack,
  owner: StackOwner,
  documents: readonly RawDocument[] = [],
  further: readonly Reach[] = [],
): readonly NeedsApproval[] {
  const found = [...serviceLeftovers(stack, owner), ...KINDS.flatMap((kind) => objectLeftovers(stack, kind, owner))];
  const byKey = Map.groupBy(found, ({ path }) => JSON.stringify(path));
  return [
    ...[...byKey.values()].flatMap((group) => findingsOf(group, owner, documents)),
    ...further.map(({ path, service, value, sentence }) => {
      const key = path.map((part) => valueText(nameless(part, owner.stackName))).join('.');
      const id = `${key}=${valueText(nameless(value, owner.stackName))}`;
      return { id, service, key, sentence, ...place(path, documents) };
    }),
  ];
}

function serviceLeftovers(stack: Stack, owner: StackOwner): readonly Leftover[] {
  const shared = sharedNetworks(stack, owner);
  const rule = harmlessService({ shared, isOwn: (name) => isOwn(name, owner) });
  return Object.entries(stack.services).flatMap(([name, service]) => [
    ...rule(service, ['services', name]),
    ...Object.keys(service.networks ?? {})
      .filter((network) => shared.has(network) && !BARE_NAME.test(name))
      .map((network) => ({ path: ['services', name, 'networks', network], value: name })),
  ]);
}

/**
 * Docker makes a service's key one of its names on each of its networks. Names with `_` are those of other stacks' services,
 * names with a dot those of hosts: whoever asks for them on a shared network would be led here.
 */
const BARE_NAME = /^[a-z0-9-]+$/i;

function findingsOf(
  group: readonly Leftover[],
  owner: StackOwner,
  documents: readonly RawDocument[],
): readonly NeedsApproval[] {
  const [first] = group;
  if (first === undefined) return [];
  const [section = '', name = '', ...below] = first.path;
  const isService = section === 'services';
  // What is allowed stays allowed for the next run, whose stack has another name.
  const lasting = (value: unknown) => nameless(value, owner.stackName);
  const key = [section, name, ...below.map((part) => valueText(lasting(part)))].join('.');
  const say = (value: unknown, raw: unknown, count = ''): NeedsApproval => {
    const text = valueText(lasting(value));
    const shown = `${count}${text}`;
    return {
      id: `${key}=${text}`,
      service: isService ? name : undefined,
      key,
      sentence: isService ? serviceSentence(name, below, shown, raw) : objectSentence(section, name, below, shown),
      ...place(first.path, documents),
    };
  };
  const values = group.map(({ value }) => (isService ? shortForm(below, value) : value));
  if (values.length > MOST_OF_ONE_KEY) return [say(values, undefined, `${values.length} times, `)];
  return values.map((value, index) => say(value, group[index]?.value));
}

/** The usual way to write a mount or a port, where that says all of it; an image without what a new version changes. */
function shortForm([key, ...more]: readonly string[], value: unknown): unknown {
  if (more.length > 0) return value;
  if (key === 'image') return typeof value === 'string' ? nameOfImage(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  const { type, source, target, read_only, published, protocol, mode, ...others } = value as Readonly<
    Record<string, unknown>
  >;
  if (Object.keys(others).length > 0) return value;
  if (key === 'volumes' && type === 'bind' && isPath(source) && isPath(target))
    return `${source}:${target}:${read_only === true ? 'ro' : 'rw'}`;
  const isUsual = isNumber(target) && isNumber(published ?? 0) && isOneOf(PROTOCOLS, protocol) && isOneOf(MODES, mode);
  if (key !== 'ports' || !isUsual) return value;
  return `${isNumber(published) ? published : ''}:${target}/${protocol ?? 'tcp'}${mode === 'host' ? '/host' : ''}`;
}

const PROTOCOLS = ['tcp', 'udp', 'sctp', undefined] as const;
const MODES = ['ingress', 'host', undefined] as const;

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isOneOf<T>(list: readonly T[], value: unknown): value is T {
  return list.includes(value as T);
}

/** Text in which no colon could be that of the short form. */
function isPath(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('/') && !value.includes(':');
}

function nameless(value: unknown, stackName: string): unknown {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$').replaceAll(stackName, '${STACK_NAME}');
  if (Array.isArray(value)) return value.map((entry) => nameless(entry, stackName));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [nameless(key, stackName), nameless(member, stackName)]),
  );
}

/** Where the stack files say it, or as near as that can be told: the last of them wins when they are merged. */
function place(path: readonly string[], documents: readonly RawDocument[]): Pick<NeedsApproval, 'file' | 'line'> {
  const held = documents.map((document) => ({ document, depth: depthOf(document.value, path) }));
  const deepest = Math.max(0, largest(held.map(({ depth }) => depth)));
  const holder = held.findLast(({ depth }) => depth === deepest)?.document;
  return deepest < 2
    ? { file: undefined, line: undefined }
    : { file: holder?.file, line: holder?.locate(path.slice(0, deepest)).line };
}

/** How many keys of a path are there, one below the other. */
function depthOf(value: unknown, [key, ...rest]: readonly string[]): number {
  if (key === undefined || typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return 0;
  return 1 + depthOf((value as Readonly<Record<string, unknown>>)[key], rest);
}
