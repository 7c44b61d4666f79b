import { tinyCompose } from '../support/tiny-recipe.ts';
import type { Canary } from './canary.ts';
import { wrongAnswer } from './sign.ts';

export const canary: Canary = {
  code: 'nothing-listens',
  title: 'a program that opens no port',
  kind: 'route',
  fault: 'recipe',
  sentence: /^app: nothing listens in the container, and the route leads to port 80$/,
  releases: () => [
    {
      'compose.yml': tinyCompose('1.0.0+1', { service: 'exec sleep 1000' }).replace('.timeout=20', '.timeout=120'),
    },
  ],
  first: wrongAnswer,
};
