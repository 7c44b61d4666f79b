import type { Canary } from './canary.ts';
import { LATE_DATABASE } from './database-not-ready.ts';
import { onInner, routeCompose } from './route-compose.ts';
import { wrongAnswer } from './sign.ts';
import { BROKEN } from './wrong-status.ts';

const ASK = "wget -q -T 2 -O /dev/null http://db:5432/ready || echo 'Error: connect ECONNREFUSED db:5432'";
/** Lets the database get ready, and not before. */
const KNOCK = 'touch /knock/now';

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
          run: `${ASK}; ${KNOCK}; ${BROKEN}`,
          app: ['volumes: ["knock:/knock"]'],
          services: LATE_DATABASE,
          top: ['volumes:', '  knock:'],
        },
        onInner,
      ),
    },
  ],
  first: wrongAnswer,
};
