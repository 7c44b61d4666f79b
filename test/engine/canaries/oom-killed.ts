import type { Canary } from './canary.ts';
import { eventIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'oom-killed',
  title: 'a program that needs more memory than it may have',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^app: the container was killed at its memory limit$/,
  releases: () => [
    { 'compose.yml': wrongCompose({ run: 'exec tail /dev/zero', deploy: ['resources: {limits: {memory: 20M}}'] }) },
  ],
  first: eventIs('oom'),
};
