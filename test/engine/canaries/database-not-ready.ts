import { BUSYBOX } from '../../support/set-up/test-images.ts';
import type { Canary } from './canary.ts';
import { onInner, routeCompose } from './route-compose.ts';
import { exitNumber } from './sign.ts';

/** A database that is ready when there is a file in a volume, and says so by a health check: until then it has no name. */
export const LATE_DATABASE = [
  'db:',
  `  image: ${BUSYBOX}`,
  '  command: ["sh", "-c", "until [ -e /knock/now ]; do sleep 1; done; exec httpd -f -p 5432 -h /knock"]',
  '  healthcheck: {test: [CMD, test, -e, /knock/now], interval: 1s, retries: 30}',
  '  stop_grace_period: 1s',
  '  networks: [inner]',
  '  volumes: ["knock:/knock"]',
];

/** Fails as a client does that asks once. */
const ASK_ONCE =
  "wget -q -T 2 -O /dev/null http://db:5432/ready || { echo 'Error: connect ECONNREFUSED db:5432'; exit 1; }";

export const canary: Canary = {
  code: 'database-not-ready',
  title: 'a program that asks its database once and is not started again',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^app: it gave up \d+\.\d s after the deploy began because db was not ready; it is still not ready$/,
  evidence: /Node\.js: Error: connect ECONNREFUSED db:5432/,
  others: [],
  releases: () => [
    {
      'compose.yml': routeCompose(
        {
          run: ASK_ONCE,
          deploy: ['restart_policy: {condition: none}'],
          services: LATE_DATABASE,
          top: ['volumes:', '  knock:'],
        },
        onInner,
      ),
    },
  ],
  first: exitNumber(1),
};
