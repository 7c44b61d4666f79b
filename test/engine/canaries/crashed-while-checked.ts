import type { Canary } from './canary.ts';
import { exitNumber } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'crash-loop',
  title: 'a health check that fails because the program has ended',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^app: the program ended with exit code 5, 2 times$/,
  evidence: /gone/,
  others: [],
  releases: () => [
    {
      'compose.yml': wrongCompose({
        run: 'sleep 2; echo gone; exit 5',
        app: ['healthcheck: {test: [CMD, "false"], interval: 1s, retries: 5}'],
      }),
    },
  ],
  first: exitNumber(1),
  decisive: exitNumber(2),
};
