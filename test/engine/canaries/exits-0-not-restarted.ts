import type { Canary } from './canary.ts';
import { exitNumber } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'exits-0-not-restarted',
  title: 'a program that ends well and is not started again',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^app: the container ended with exit code 0, and the restart policy "on-failure" does not start it again$/,
  evidence: /done/,
  releases: () => [
    { 'compose.yml': wrongCompose({ run: 'echo done', deploy: ['restart_policy: {condition: on-failure}'] }) },
  ],
  first: exitNumber(1),
};
