import type { Canary } from './canary.ts';
import { routeCompose } from './route-compose.ts';
import { wrongAnswer } from './sign.ts';

export const canary: Canary = {
  code: 'no-replicas',
  title: 'a routed service of 0 replicas',
  kind: 'route',
  fault: 'recipe',
  sentence: /^app: it is to run with 0 replicas, and https:\S+ leads to it$/,
  releases: () => [{ 'compose.yml': routeCompose({ deploy: ['replicas: 0'] }) }],
  first: wrongAnswer,
};
