import type { Canary } from './canary.ts';
import { routeCompose } from './route-compose.ts';
import { wrongAnswer } from './sign.ts';

export const canary: Canary = {
  code: 'listens-on-loopback',
  title: 'a program that listens on 127.0.0.1',
  kind: 'route',
  fault: 'recipe',
  sentence: /^app: port 80 listens only on the container's loopback \(127\.0\.0\.1:80\)$/,
  releases: () => [{ 'compose.yml': routeCompose({ run: 'exec httpd -f -p 127.0.0.1:80 -h /www' }) }],
  first: wrongAnswer,
};
