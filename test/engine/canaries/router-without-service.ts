import type { Canary } from './canary.ts';
import { routeCompose, withLabel } from './route-compose.ts';
import { wrongAnswer } from './sign.ts';

export const canary: Canary = {
  code: 'router-without-service',
  title: 'a router for a service that no label defines',
  kind: 'route',
  fault: 'recipe',
  sentence: /^https:\S+ is not routed \(404\): app: traefik\.http\.routers\.\S+\.service: /,
  releases: () => [{ 'compose.yml': routeCompose({}, withLabel('traefik.http.routers.${STACK_NAME}.service=nobody')) }],
  first: wrongAnswer,
};
