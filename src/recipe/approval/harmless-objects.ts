import type { Stack } from '../compose/types.ts';
import { isSize, LABELS, MOST } from './bounds.ts';
import { keys, type Leftover, never, oneOf, type Rule, whatever, where } from './rule.ts';

export interface StackOwner {
  readonly stackName: string;
  /** The network by which the proxy reaches every app: the one network of others that all may join. */
  readonly proxyNetwork: string;
}

export const KINDS = ['volumes', 'networks', 'secrets', 'configs'] as const;
export type Kind = (typeof KINDS)[number];

interface Named {
  readonly name?: string;
  readonly external?: boolean | { readonly name?: string };
}

/** What a volume, network, secret or config may say, beside its name, without reaching beyond its own stack. */
const HARMLESS: Readonly<Record<Kind, Rule>> = {
  volumes: keys({
    driver: oneOf('local'),
    driver_opts: where(isSmallMemory),
    labels: LABELS,
    // Begins like a note and is none.
    'x-cluster-spec': never,
  }),
  networks: keys({ driver: oneOf('overlay'), internal: whatever, labels: LABELS }),
  secrets: keys({ file: whatever, template_driver: oneOf('golang'), labels: LABELS }),
  configs: keys({ file: whatever, template_driver: oneOf('golang'), labels: LABELS }),
};

/** What is not known to be harmless of the objects of one kind. Pure. */
export function objectLeftovers(stack: Stack, kind: Kind, owner: StackOwner): readonly Leftover[] {
  return Object.entries<Named | null>(stack[kind]).flatMap(([id, object]) => {
    const { name: _name, external: _external, ...rest } = object ?? {};
    const named = nameOf(id, object, owner);
    const path = [kind, id, named.external ? 'external' : 'name'];
    return [
      ...(isOwn(named.name, owner) || isProxy(kind, named, owner) ? [] : [{ path, value: named.name }]),
      ...HARMLESS[kind](rest, [kind, id]),
    ];
  });
}

/** Keys of the networks that other stacks are on as well. Pure. */
export function sharedNetworks(stack: Stack, owner: StackOwner): ReadonlySet<string> {
  const shared = Object.entries<Named | null>(stack.networks).filter(
    ([id, network]) => !isOwn(nameOf(id, network, owner).name, owner),
  );
  return new Set(shared.map(([id]) => id));
}

/** Whether nobody but this stack has a reason to bear a name. Pure. */
export function isOwn(name: string, { stackName }: StackOwner): boolean {
  return name.startsWith(`${stackName}_`) || name.startsWith(`${stackName}-`);
}

function nameOf(id: string, object: Named | null, { stackName }: StackOwner) {
  const external = object?.external ?? false;
  const older = typeof external === 'object' ? external.name : undefined;
  const isExternal = external !== false;
  return { name: object?.name ?? older ?? (isExternal ? id : `${stackName}_${id}`), external: isExternal };
}

function isProxy(kind: Kind, named: ReturnType<typeof nameOf>, { proxyNetwork }: StackOwner): boolean {
  return kind === 'networks' && named.external && named.name === proxyNetwork;
}

/** Bounded memory and nothing else: with `o=bind` the kernel mounts the device whatever the type says. */
function isSmallMemory(options: unknown): boolean {
  const { type, device: _ignored, o, ...others } = options as Readonly<Record<string, unknown>>;
  if (type !== 'tmpfs' || typeof o !== 'string' || Object.keys(others).length > 0) return false;
  const all = o.split(',');
  const sizes = all.filter((option) => option.startsWith('size='));
  const isBounded = sizes.length === 1 && isSize(sizes[0]?.slice('size='.length), MOST.tmpfsBytes);
  return isBounded && all.every((option) => option.startsWith('size=') || MEMORY_OPTION.test(option));
}

const MEMORY_OPTION = /^(?:(?:mode|uid|gid)=\w+|rw|ro|nosuid|nodev|noexec|)$/;
