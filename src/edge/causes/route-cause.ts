import type { Fault } from '../../base/errors.ts';
import type { ObservedTarget, RouteObservation } from './observation.ts';

/** A reason why an app whose services are up does not serve. Detection is pure, over one look at the route. */
export interface RouteCauseKind {
  readonly code: string;
  readonly fault: Fault;
  /** For docs/causes.md: what has happened, in one or two sentences. */
  readonly meaning: string;
  readonly hint: string;
  readonly detect: (seen: RouteObservation) => RouteSignal | undefined;
}

export interface RouteSignal {
  readonly service: string;
  readonly sentence: string;
  readonly evidence: readonly string[];
  /** Milliseconds after the services were up from which waiting on cannot help; Infinity where it always may. */
  readonly patienceMs: number;
}

/** What only the recipe's labels decide does not change while they stand. */
export const SETTLED = 0;

/** How long a program whose health check passes may still take to open its port. */
export const HEALTHY_PATIENCE_MS = 10_000;

/** Without a health check nothing tells a slow start from none at all: then only the app's own time-out ends the wait. */
export function patienceWith(target: ObservedTarget): number {
  return target.containers.every(({ healthy }) => healthy) ? HEALTHY_PATIENCE_MS : Infinity;
}

/** Whether the proxy had a route, asked the service and got no connection. */
export function isUnreachable({ answer }: RouteObservation): boolean {
  return answer.fromProxy && (answer.status === 502 || answer.status === 504);
}

/** Whether the proxy says that it knows no such route, and by the labels there is none for it to know. */
export function isRouteless({ answer, targets }: RouteObservation): boolean {
  return answer.fromProxy && answer.status === 404 && targets.length === 0;
}
