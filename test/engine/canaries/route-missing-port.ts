import type { Canary } from './canary.ts';
import { routeCompose } from './route-compose.ts';
import { wrongAnswer } from './sign.ts';

export const canary: Canary = {
  code: 'route-missing-port',
  title: 'labels without a port',
  kind: 'route',
  fault: 'recipe',
  sentence: /^https:\S+ is not routed \(404\): app: .*loadbalancer\.server\.port is missing/,
  releases: () => [
    { 'compose.yml': routeCompose({}, (compose) => compose.replace(/^.*loadbalancer\.server\.port.*\n/m, '')) },
  ],
  first: wrongAnswer,
};
