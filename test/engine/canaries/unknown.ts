import type { Canary } from './canary.ts';
import { eventIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'unknown',
  title: 'a health check that never counts',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^app: 0 of 1 running after 20 s; its task is "starting", and nothing that was seen says why$/,
  evidence: /still warming up/,
  endOfTime: 20_000,
  releases: () => [
    {
      'compose.yml': wrongCompose({
        app: ['healthcheck: {test: "echo still warming up; exit 1", interval: 1s, start_period: 600s}'],
        timeout: 20,
      }),
    },
  ],
  first: eventIs('create'),
};
