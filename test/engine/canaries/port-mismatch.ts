import type { Canary } from './canary.ts';
import { routeCompose } from './route-compose.ts';
import { wrongAnswer } from './sign.ts';

export const canary: Canary = {
  code: 'port-mismatch',
  title: 'a label with another port than the program’s',
  kind: 'route',
  fault: 'recipe',
  sentence: /^app: the route leads to port 80, but the container listens on 8080$/,
  releases: () => [{ 'compose.yml': routeCompose({ run: 'exec httpd -f -p 8080 -h /www' }) }],
  first: wrongAnswer,
};
