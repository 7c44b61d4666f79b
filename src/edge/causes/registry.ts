import type { CauseWords } from '../../swarm/causes/cause-kind.ts';
import type { Cause } from '../../swarm/types.ts';
import { aliasShared } from './alias-shared.ts';
import { signalFromLog } from './from-log.ts';
import { listensOnLoopback } from './listens-on-loopback.ts';
import { noHttpAnswer } from './no-http-answer.ts';
import { noReplicas } from './no-replicas.ts';
import { noRouter } from './no-router.ts';
import { notOnProxy } from './not-on-proxy.ts';
import { nothingListens } from './nothing-listens.ts';
import type { RouteHistory } from './observation.ts';
import { portMismatch } from './port-mismatch.ts';
import { redirectLoop } from './redirect-loop.ts';
import type { RouteCauseKind, RouteSignal } from './route-cause.ts';
import { routeDropped } from './route-dropped.ts';
import { routeMissingPort } from './route-missing-port.ts';
import { routerWithoutService } from './router-without-service.ts';
import { tlsNameNotCovered } from './tls-name-not-covered.ts';
import { wrongStatus } from './wrong-status.ts';

/** Every known reason why an app that is up does not serve. To add one: a file, a line here, and `npm run docs`. */
export const ROUTE_CAUSES: readonly RouteCauseKind[] = [
  tlsNameNotCovered,
  routeMissingPort,
  routerWithoutService,
  routeDropped,
  notOnProxy,
  noRouter,
  noReplicas,
  nothingListens,
  listensOnLoopback,
  portMismatch,
  noHttpAnswer,
  redirectLoop,
  aliasShared,
  wrongStatus,
];

/** A cause, and whether it may end the wait. */
export interface RouteCause {
  readonly cause: Cause;
  readonly final: boolean;
}

/** All causes that a look and those before it show; what the log says goes before the status that it explains. Pure. */
export function detectRouteCauses(seen: RouteHistory): readonly RouteCause[] {
  const logged = signalFromLog(seen);
  return [
    ...(logged === undefined ? [] : [routeCause(logged.kind, logged.signal, seen.atMs)]),
    ...ROUTE_CAUSES.flatMap((kind) => {
      const signal = kind.detect(seen);
      return signal === undefined ? [] : [routeCause(kind, signal, seen.atMs)];
    }),
  ];
}

function routeCause({ code, fault, hint }: CauseWords, signal: RouteSignal, atMs: number): RouteCause {
  const { service, sentence, evidence, final } = signal;
  const firstSignal = new Date(atMs).toISOString();
  return { cause: { code, service, sentence, fault, hint, evidence, firstSignal }, final };
}

/** What two looks in a row agree on, dated by the first of them. Pure. */
export function confirmCauses(before: readonly RouteCause[], now: readonly RouteCause[]): readonly RouteCause[] {
  return now.flatMap(({ cause, final }) => {
    const same = before.find((one) => one.cause.code === cause.code && one.cause.service === cause.service);
    return same === undefined ? [] : [{ cause: { ...cause, firstSignal: same.cause.firstSignal }, final }];
  });
}
