import type { Canary } from './canary.ts';
import { routeCompose } from './route-compose.ts';
import { answerIs } from './sign.ts';
import { BROKEN } from './wrong-status.ts';

export const canary: Canary = {
  code: 'wrong-status',
  title: 'an app that answers 500 since its upgrade',
  kind: 'route',
  fault: 'recipe',
  sentence: /^https:\S+ answers 500, accepted are /,
  tiers: ['upgrade'],
  releases: () => [
    { 'compose.yml': routeCompose({}) },
    { 'compose.yml': routeCompose({ version: '1.1.0+1', run: BROKEN }) },
  ],
  first: answerIs(500),
};
