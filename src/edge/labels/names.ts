import type { TraefikVersion } from '../types.ts';

/** What Traefik calls the provider that reads Swarm labels: the part behind `@` in a full name. */
export function providerOf(version: TraefikVersion): 'docker' | 'swarm' {
  return version === 'v2' ? 'docker' : 'swarm';
}

/** The full name `x@swarm` of a reference. A bare name means the provider's own. */
export function fullName(reference: string, version: TraefikVersion): string {
  return reference.includes('@') ? reference : `${reference}@${providerOf(version)}`;
}

/** The name that Traefik makes of a Swarm service's when labels name none: `stack_app` becomes `stack-app`. */
export function normalizeName(service: string): string {
  return service
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '')
    .join('-');
}
