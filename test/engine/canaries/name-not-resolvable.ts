import { BUSYBOX } from '../../support/set-up/test-images.ts';
import type { Canary } from './canary.ts';
import { exitNumber } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'name-not-resolvable',
  title: 'a database on another network',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^app: it cannot resolve the name db: the service db shares no network with app$/,
  evidence: /Node\.js: Error: getaddrinfo ENOTFOUND db/,
  releases: () => [
    {
      'compose.yml': wrongCompose({
        run: "nslookup db > /dev/null || { echo 'Error: getaddrinfo ENOTFOUND db'; exit 1; }",
        deploy: ['restart_policy: {condition: none}'],
        services: [
          'db:',
          `  image: ${BUSYBOX}`,
          '  command: ["httpd", "-f", "-p", "5432", "-h", "/www"]',
          '  stop_grace_period: 1s',
          '  networks: [inner]',
        ],
        top: ['  inner:'],
        timeout: 60,
      }),
    },
  ],
  first: exitNumber(1),
};
