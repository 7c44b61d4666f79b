import { BUSYBOX } from '../support/image.ts';
import type { Canary } from './canary.ts';
import { exitNumber } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'name-not-resolvable',
  title: 'a database on another network',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^app: it cannot resolve the name db: the service db shares no network with app$/,
  evidence: /BusyBox: wget: bad address 'db:5432'/,
  releases: () => [
    {
      'compose.yml': wrongCompose({
        run: 'wget -q -T 2 -O /dev/null http://db:5432/ready || exit 1',
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
