import { labelProblem } from './label-problem.ts';
import type { RouteCauseKind } from './route-cause.ts';

export const routerWithoutService: RouteCauseKind = {
  code: 'router-without-service',
  fault: 'recipe',
  meaning: 'A router names a service that no label defines, or names none while several are defined.',
  shows: 'the proxy answers 404 by itself, and the labels have a router whose service is not defined, or not clear',
  earliest: 'two looks after the services are up: 3 s',
  hint: 'let `traefik.http.routers.….service` name one that `traefik.http.services.…` defines',
  detect: (seen) => labelProblem(seen, (code) => code === 'route-service' || code === 'route-ambiguous-service'),
};
