import type { Cause } from '../../swarm/types.ts';
import type { RouteCause } from './registry.ts';

/**
 * Route and services in one list, the first in time first, with two exceptions. What the route shows of a service that has
 * fallen comes last: a program that has ended opens no port. And where something is decided, a sign that may yet heal, of
 * a service that the route does not lead to, comes after it. Pure.
 */
export function joinCauses(route: readonly RouteCause[], swarm: readonly RouteCause[]): readonly Cause[] {
  const fallen = new Set(swarm.map(({ cause }) => cause.service));
  const routed = new Set(route.map(({ cause }) => cause.service));
  const isEffect = ({ cause }: RouteCause) => cause.service !== '' && fallen.has(cause.service);
  const decided = [...route, ...swarm].some(({ final }) => final);
  const isLesser = ({ cause, final }: RouteCause) => decided && !final && !routed.has(cause.service);
  const leading = [...swarm.filter((one) => !isLesser(one)), ...route.filter((one) => !isEffect(one))];
  return [...leading.toSorted(byTime), ...swarm.filter(isLesser), ...route.filter(isEffect)].map(({ cause }) => cause);
}

function byTime(one: RouteCause, other: RouteCause): number {
  return Date.parse(one.cause.firstSignal) - Date.parse(other.cause.firstSignal);
}
