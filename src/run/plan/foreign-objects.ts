import { CodedError } from '../../base/errors.ts';
import type { Stack } from '../../recipe/compose/types.ts';

/** Something on this host that a stack names and that is not, or could not be, of its run alone. */
export interface ForeignObject {
  readonly kind: 'volume' | 'secret' | 'config' | 'network';
  /** Its key in the stack file. */
  readonly id: string;
  /** Its name in the Swarm. */
  readonly name: string;
}

interface Named {
  readonly name?: string;
  readonly external?: boolean | { readonly name?: string };
}

/**
 * The objects whose names do not begin with the stack's. Docker takes what already bears such a name: a volume with another
 * app's data, say, which a run would plant into, empty and restore. External networks and configs are only read, so these
 * are not listed. Pure.
 */
export function foreignObjects(stack: Stack, stackName: string): ForeignObject[] {
  const listed = (kind: ForeignObject['kind'], objects: Readonly<Record<string, Named | null>>) =>
    Object.entries(objects).flatMap(([id, object]): ForeignObject[] => {
      const external = object?.external !== undefined && object.external !== false;
      if (external && (kind === 'network' || kind === 'config')) return [];
      const given = typeof object?.external === 'object' ? object.external.name : undefined;
      const name = object?.name ?? given ?? (external ? id : `${stackName}_${id}`);
      return isOwn(name, stackName) ? [] : [{ kind, id, name }];
    });
  return [
    ...listed('volume', stack.volumes),
    ...listed('secret', usedOnly(stack, 'secrets')),
    ...listed('config', usedOnly(stack, 'configs')),
    ...listed('network', stack.networks),
  ];
}

function isOwn(name: string, stackName: string): boolean {
  return name.startsWith(`${stackName}_`) || name.startsWith(`${stackName}-`);
}

/** Secrets and configs of overlays that no enabled service mounts are never made. */
function usedOnly(stack: Stack, kind: 'secrets' | 'configs'): Stack['secrets'] {
  const used = new Set(
    Object.values(stack.services).flatMap((service) => (service[kind] ?? []).map((use) => use.source)),
  );
  return Object.fromEntries(Object.entries(stack[kind]).filter(([id]) => used.has(id)));
}

/** Refuses a stack that would lay hands on what is not its run's (design, law 4). */
export function refuseForeignObjects(stack: Stack, stackName: string): void {
  const [foreign] = foreignObjects(stack, stackName);
  if (foreign === undefined) return;
  const { kind, id, name } = foreign;
  throw new CodedError({
    code: 'E_FOREIGN_OBJECT',
    message: `the ${kind} ${id} is named ${name}, which would be the same for every app on the host`,
    fault: 'recipe',
    where: { key: `${kind}s.${id}` },
    hint:
      kind === 'volume'
        ? 'leave out name and external: the volume is then the app’s own'
        : `begin its name with \${STACK_NAME}_, as in \${STACK_NAME}_${id}_v1`,
  });
}

/** What of this host a stack gets its hands on, one line each: directories, and networks of others. Pure. */
export function hostReach(stack: Stack, own: { readonly checkout: string; readonly proxyNetwork: string }): string[] {
  const mounts = Object.entries(stack.services).flatMap(([service, { volumes }]) =>
    (volumes ?? [])
      .filter(({ type, source }) => type === 'bind' && source !== undefined && !source.startsWith(`${own.checkout}/`))
      .map(
        ({ source, read_only }) => `${service}: mounts ${source} of this host${read_only === true ? ', to read' : ''}`,
      ),
  );
  const networks = Object.entries(stack.networks).flatMap(([id, network]: [string, Named | null]) => {
    const { name, external = false } = network ?? {};
    if (external === false) return [];
    const real = name ?? (typeof external === 'object' ? external.name : undefined) ?? id;
    return real === own.proxyNetwork ? [] : [`the external network ${real} is shared with whatever else is on it`];
  });
  return [...mounts, ...networks];
}
