import { hasNoOwnCause, labelProblem } from './label-problem.ts';
import type { RouteCauseKind } from './route-cause.ts';

export const routeDropped: RouteCauseKind = {
  code: 'route-dropped',
  fault: 'recipe',
  meaning:
    'Traefik drops the router because of a label: an unknown key, a value it cannot read, a rule of another major version. ' +
    'It then answers 404 although the app is healthy.',
  shows: 'the proxy answers 404 by itself, and the labels have an error for which Traefik drops the router',
  earliest: 'two looks after the services are up: 3 s',
  hint: 'correct the label that is named; `Host(a, b)` of Traefik v2 is `Host(a) || Host(b)` since v3',
  detect: (seen) => labelProblem(seen, hasNoOwnCause),
};
