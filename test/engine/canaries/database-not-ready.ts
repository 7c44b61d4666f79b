import { BUSYBOX } from '../support/image.ts';
import type { Canary } from './canary.ts';
import { onInner, routeCompose } from './route-compose.ts';
import { exitNumber } from './sign.ts';

/** A database that is ready after six seconds, and says so by a health check. */
export const SLOW_DATABASE = [
  'db:',
  `  image: ${BUSYBOX}`,
  '  command: ["sh", "-c", "sleep 6; touch /tmp/ready; exec httpd -f -p 5432 -h /tmp"]',
  '  healthcheck: {test: [CMD, test, -e, /tmp/ready], interval: 1s, retries: 30}',
  '  stop_grace_period: 1s',
  '  networks: [inner]',
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
        { run: ASK_ONCE, deploy: ['restart_policy: {condition: none}'], services: SLOW_DATABASE },
        onInner,
      ),
    },
  ],
  first: exitNumber(1),
};
