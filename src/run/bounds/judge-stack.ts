import { CodedError } from '../../base/errors.ts';
import { formatBytes } from '../../base/text.ts';
import { type BoundName, type Bounds, howToRaise } from '../../config/bounds.ts';
import { resourceBytes } from '../../recipe/compose/resources.ts';
import type { Service, Stack } from '../../recipe/compose/types.ts';

/**
 * Refuses a stack that is larger than a run may be (`E_BOUND`), approved or not: before a lock is taken or anything is made for it.
 * To be asked of the stack as it is deployed, the implicit network written out.
 */
export function refuseBeyondBounds(stack: Stack, bounds: Bounds): void {
  const services = Object.entries(stack.services);
  const sum = (of: (service: Service) => number) => services.reduce((total, [, service]) => total + of(service), 0);
  const made = (section: Readonly<Record<string, { readonly external?: unknown } | null>>) =>
    Object.values(section).filter((object) => object?.external === undefined || object.external === false).length;
  const counts: readonly (readonly [BoundName, number, string])[] = [
    ['services', services.length, 'has $ services'],
    ['replicas', sum(tasksOf), 'asks for $ replicas'],
    ['networks', made(stack.networks), 'makes $ networks'],
    ['ports', sum(({ ports }) => ports?.length ?? 0), 'publishes $ ports'],
    // An anonymous volume is none of the section.
    ['volumes', Math.max(made(stack.volumes), sum(volumesOf)), 'has $ volumes'],
    ['files', Object.keys(stack.secrets).length + Object.keys(stack.configs).length, 'has $ secrets and configs'],
  ];
  for (const [name, count, sentence] of counts) {
    if (count > bounds[name])
      throw beyond(name, `the stack ${sentence.replace('$', String(count))}`, String(bounds[name]));
  }
  for (const [name, service] of services) {
    const reserved = resourceBytes(service, 'reservations') ?? 0;
    if (reserved <= bounds.memoryMiB * 1024 ** 2) continue;
    const bound = formatBytes(bounds.memoryMiB * 1024 ** 2);
    throw beyond('memoryMiB', `the service ${name} reserves ${formatBytes(reserved)} of memory`, bound);
  }
}

function beyond(name: BoundName, what: string, bound: string): CodedError {
  return new CodedError({
    code: 'E_BOUND',
    message: `${what}, and a run may have ${bound}`,
    // A bound of ours says nothing about the recipe.
    fault: 'usage',
    where: { key: `bounds.${name}` },
    hint: howToRaise(name),
  });
}

/** A global service has one task on each node, and a run has one node. */
function tasksOf({ deploy }: Service): number {
  return deploy?.mode?.startsWith('global') === true ? 1 : Math.max(0, deploy?.replicas ?? 1);
}

function volumesOf({ volumes = [] }: Service): number {
  return volumes.filter(({ type }) => type === 'volume').length;
}
