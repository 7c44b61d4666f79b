import type { Cause } from '../../swarm/types.ts';
import type { RouteCause } from './registry.ts';

/**
 * Route and services in one list, the first in time first. What became of the service that the route leads to goes before
 * what the route shows of it: a program that has ended opens no port. Pure.
 */
export function joinCauses(route: readonly RouteCause[], swarm: readonly RouteCause[]): readonly Cause[] {
  const fallen = new Set(swarm.map(({ cause }) => cause.service));
  const isEffect = ({ cause }: RouteCause) => cause.service !== '' && fallen.has(cause.service);
  const rest = [...swarm, ...route.filter((one) => !isEffect(one))].toSorted((one, other) =>
    one.cause.firstSignal < other.cause.firstSignal ? -1 : one.cause.firstSignal > other.cause.firstSignal ? 1 : 0,
  );
  return [...rest, ...route.filter(isEffect)].map(({ cause }) => cause);
}
