import { canonicalJson } from '../../base/canonical-json.ts';
import type { RouteProblem } from '../types.ts';
import type { MiddlewareConfig } from './config.ts';
import type { Contribution, ResolvedRouter, ResolvedService, ResolvedTcpRouter } from './resolve.ts';

/** A setting and the Swarm service whose labels made it (the first, when several agree). */
export interface Owned<T> {
  readonly owner: string;
  readonly value: T;
}

/** All contributions as one; what two services define differently is in nobody's table. */
export interface Merged {
  readonly routers: ReadonlyMap<string, Owned<ResolvedRouter>>;
  readonly services: ReadonlyMap<string, Owned<ResolvedService>>;
  readonly middlewares: ReadonlyMap<string, Owned<MiddlewareConfig>>;
  readonly tcpRouters: ReadonlyMap<string, Owned<ResolvedTcpRouter>>;
  readonly tcpServices: ReadonlyMap<string, Owned<ResolvedService>>;
  readonly problems: readonly RouteProblem[];
}

/** Merges what the services of one stack say. */
export function mergeContributions(contributions: readonly Contribution[]): Merged {
  const problems = contributions.flatMap((contribution) => contribution.problems);
  const merge = <T>(
    what: string,
    pick: (contribution: Contribution) => ReadonlyMap<string, T>,
    identity: (value: T) => unknown,
    join: (one: T, other: T) => T,
  ): Map<string, Owned<T>> => {
    const found = new Map<string, Owned<T>[]>();
    for (const contribution of contributions) {
      for (const [name, value] of pick(contribution)) {
        found.set(name, [...(found.get(name) ?? []), { owner: contribution.owner, value }]);
      }
    }
    const merged = new Map<string, Owned<T>>();
    for (const [name, [first, ...others]] of found) {
      if (first === undefined) continue;
      const owners = [first, ...others].map(({ owner }) => owner);
      const expected = canonicalJson(identity(first.value));
      if (others.every(({ value }) => canonicalJson(identity(value)) === expected)) {
        merged.set(name, {
          owner: first.owner,
          value: others.reduce((sum, { value }) => join(sum, value), first.value),
        });
        continue;
      }
      for (const service of owners) {
        const label = `traefik.${what}.${name}`;
        const sentence = `${label} is defined differently by ${owners.join(' and ')}: Traefik drops all of them`;
        problems.push({ service, label, code: 'route-duplicate', sentence, weight: 'dropped' });
      }
    }
    return merged;
  };
  const same = <T>(value: T): T => value;
  const first = <T>(value: T): T => value;
  const settings = (service: ResolvedService): unknown => service.settings;
  const joinServers = (one: ResolvedService, other: ResolvedService): ResolvedService => ({
    ...one,
    servers: [...one.servers, ...other.servers],
  });
  return {
    routers: merge('http.routers', (part) => part.routers, same, first),
    services: merge('http.services', (part) => part.services, settings, joinServers),
    middlewares: merge('http.middlewares', (part) => part.middlewares, same, first),
    tcpRouters: merge('tcp.routers', (part) => part.tcpRouters, same, first),
    tcpServices: merge('tcp.services', (part) => part.tcpServices, settings, joinServers),
    problems,
  };
}
