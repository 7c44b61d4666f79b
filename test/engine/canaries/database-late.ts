import type { Canary } from './canary.ts';
import { SLOW_DATABASE } from './database-not-ready.ts';
import { onInner, routeCompose } from './route-compose.ts';
import { wrongAnswer } from './sign.ts';
import { BROKEN } from './wrong-status.ts';

export const canary: Canary = {
  code: 'database-not-ready',
  title: 'an app that asked its database too early and answers 500 since',
  kind: 'route',
  fault: 'recipe',
  sentence:
    /^app: it is up and answers 500: db was not ready when it was asked; it was ready \d+\.\d s after the deploy began$/,
  evidence: /connect ECONNREFUSED db:5432/,
  others: ['wrong-status'],
  releases: () => [
    {
      'compose.yml': routeCompose(
        {
          run: `wget -q -T 2 -O /dev/null http://db:5432/ready || echo 'Error: connect ECONNREFUSED db:5432'; ${BROKEN}`,
          services: SLOW_DATABASE,
        },
        onInner,
      ),
    },
  ],
  first: wrongAnswer,
};
