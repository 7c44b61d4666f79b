import type { Canary } from './canary.ts';
import { routeCompose } from './route-compose.ts';
import { wrongAnswer } from './sign.ts';

export const canary: Canary = {
  code: 'no-http-answer',
  title: 'a program that speaks something else than HTTP',
  kind: 'route',
  fault: 'recipe',
  sentence: /^app: port 80 is open, but the proxy gets no HTTP answer from it \(502\)$/,
  releases: () => [{ 'compose.yml': routeCompose({ run: 'exec nc -ll -p 80 -e echo welcome' }) }],
  first: wrongAnswer,
};
