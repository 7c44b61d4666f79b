import { CodedError } from '../base/errors.ts';
import type { FileObject, Stack } from './compose/types.ts';

/** The Engine's limit for the names of secrets and configs. */
export const MAX_NAME = 64;
/** The Engine's limit for the names of services and networks. */
const MAX_SERVICE_NAME = 63;
/** abra cuts stack names here. */
const MAX_STACK_NAME = 45;

/** The stack name that abra gives an app of this domain: dots become `_`, cut to 45 characters. */
export function stackNameFor(domain: string): string {
  return domain.replaceAll('.', '_').slice(0, MAX_STACK_NAME);
}

/** The name a secret or config has in the Swarm. */
export function nameInSwarm(id: string, object: FileObject, stackName: string): string {
  const external = typeof object.external === 'object' ? object.external.name : undefined;
  return object.name ?? external ?? (object.external === true ? id : `${stackName}_${id}`);
}

/** A name that is longer than the Engine takes. */
export interface LongName {
  readonly kind: 'secret' | 'config' | 'service' | 'network';
  readonly id: string;
  readonly name: string;
  readonly limit: number;
}

/** The names of a stack that the Engine would refuse for their length; all but services count only when a service uses them. */
export function findLongNames(stack: Stack, stackName: string): LongName[] {
  const objects = (kind: 'secret' | 'config', all: Stack['secrets']) =>
    Object.entries(all)
      .filter(([id]) => usesObject(stack, kind, id))
      .map(([id, object]) => ({ kind, id, name: nameInSwarm(id, object, stackName), limit: MAX_NAME }));
  const services = Object.keys(stack.services).map((id) => ({
    kind: 'service' as const,
    id,
    name: `${stackName}_${id}`,
    limit: MAX_SERVICE_NAME,
  }));
  const networks = Object.entries(stack.networks)
    .filter(([id, { external }]) => external === undefined && usesNetwork(stack, id))
    .map(([id, { name }]) => ({
      kind: 'network' as const,
      id,
      name: name ?? `${stackName}_${id}`,
      limit: MAX_SERVICE_NAME,
    }));
  return [...objects('secret', stack.secrets), ...objects('config', stack.configs), ...services, ...networks].filter(
    ({ name, limit }) => name.length > limit,
  );
}

/** True when some service of the stack mounts the secret or config. */
export function usesObject(stack: Stack, kind: 'secret' | 'config', id: string): boolean {
  return Object.values(stack.services).some((service) =>
    (kind === 'secret' ? service.secrets : service.configs)?.some(({ source }) => source === id),
  );
}

function usesNetwork(stack: Stack, id: string): boolean {
  return Object.values(stack.services).some(({ networks }) => networks?.[id] !== undefined);
}

/** The error for a name that is too long. */
export function longNameError({ kind, id, name, limit }: LongName): CodedError {
  return new CodedError({
    code: 'E_NAME_TOO_LONG',
    message: `the ${kind} name ${name} has ${name.length} characters; the Engine takes ${limit}`,
    fault: 'recipe',
    where: { key: `${kind}s.${id}` },
    hint: 'shorten the id in the compose file, or use a shorter domain or stack name',
  });
}
