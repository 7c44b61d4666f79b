import type { Canary } from './canary.ts';
import { routeCompose, serveCgi } from './route-compose.ts';
import { wrongAnswer } from './sign.ts';

export const canary: Canary = {
  code: 'redirect-loop',
  title: 'an app that redirects to where one comes from',
  kind: 'route',
  fault: 'recipe',
  sentence: /^https:\S+ redirects in a circle: 302 https:/,
  releases: () => [
    { 'compose.yml': routeCompose({ run: serveCgi(String.raw`printf 'Status: 302 Found\r\nLocation: /\r\n\r\n'`) }) },
  ],
  first: wrongAnswer,
};
