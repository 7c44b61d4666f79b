import type { RouteObservation } from './observation.ts';
import { isRouteless, type RouteSignal } from './route-cause.ts';

/** A signal from those problems of the labels that explain why there is no route; `wanted` chooses by code. */
export function labelProblem(seen: RouteObservation, wanted: (code: string) => boolean): RouteSignal | undefined {
  if (!isRouteless(seen)) return undefined;
  const found = seen.problems.filter(({ weight, code }) => weight === 'dropped' && wanted(code));
  const [first] = found;
  if (first === undefined) return undefined;
  return {
    service: first.service,
    sentence: `${seen.url} is not routed (404): ${first.service}: ${first.sentence}`,
    evidence: found.map(({ service, sentence }) => `${service}: ${sentence}`),
    final: true,
  };
}

const OWN_CAUSES = ['route-service', 'route-ambiguous-service', 'route-port-missing', 'route-not-on-proxy'];

/** Whether a problem is not one that has a cause to itself. */
export function hasNoOwnCause(code: string): boolean {
  return !OWN_CAUSES.includes(code);
}
