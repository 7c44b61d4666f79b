import type { Cause } from '../../swarm/types.ts';
import { listensOnLoopback } from './listens-on-loopback.ts';
import { noRouter } from './no-router.ts';
import { notOnProxy } from './not-on-proxy.ts';
import { nothingListens } from './nothing-listens.ts';
import type { RouteObservation } from './observation.ts';
import { portMismatch } from './port-mismatch.ts';
import { redirectLoop } from './redirect-loop.ts';
import type { RouteCauseKind } from './route-cause.ts';
import { routeDropped } from './route-dropped.ts';
import { routeMissingPort } from './route-missing-port.ts';
import { routerWithoutService } from './router-without-service.ts';
import { tlsNameNotCovered } from './tls-name-not-covered.ts';
import { wrongStatus } from './wrong-status.ts';

/** Every known reason why an app that is up does not serve. To add one: a file, a line here, a section in docs/causes.md. */
export const ROUTE_CAUSES: readonly RouteCauseKind[] = [
  tlsNameNotCovered,
  routeMissingPort,
  routerWithoutService,
  routeDropped,
  notOnProxy,
  noRouter,
  nothingListens,
  listensOnLoopback,
  portMismatch,
  redirectLoop,
  wrongStatus,
];

/** A cause, and how long after the services were up it may end the wait (milliseconds). */
export interface RouteCause {
  readonly cause: Cause;
  readonly patienceMs: number;
}

/** All causes that one look shows. Pure. */
export function detectRouteCauses(seen: RouteObservation): readonly RouteCause[] {
  return ROUTE_CAUSES.flatMap(({ code, fault, hint, detect }) => {
    const signal = detect(seen);
    if (signal === undefined) return [];
    const { service, sentence, evidence, patienceMs } = signal;
    const firstSignal = new Date(seen.atMs).toISOString();
    return [{ cause: { code, service, sentence, fault, hint, evidence, firstSignal }, patienceMs }];
  });
}

/** What two looks in a row agree on, dated by the first of them. Pure. */
export function confirmCauses(before: readonly RouteCause[], now: readonly RouteCause[]): readonly RouteCause[] {
  return now.flatMap(({ cause, patienceMs }) => {
    const same = before.find((one) => one.cause.code === cause.code && one.cause.service === cause.service);
    return same === undefined ? [] : [{ cause: { ...cause, firstSignal: same.cause.firstSignal }, patienceMs }];
  });
}
