import { labelProblem } from './label-problem.ts';
import type { RouteCauseKind } from './route-cause.ts';

export const routeMissingPort: RouteCauseKind = {
  code: 'route-missing-port',
  fault: 'recipe',
  meaning: 'Under Swarm Traefik does not guess a port: without the label it ignores the whole service.',
  shows: 'the proxy answers 404 by itself, and the labels name no port for a service that is enabled',
  earliest: 'two looks after the services are up: 3 s',
  hint: 'add `traefik.http.services.….loadbalancer.server.port` below `deploy.labels`',
  detect: (seen) => labelProblem(seen, (code) => code === 'route-port-missing'),
};
