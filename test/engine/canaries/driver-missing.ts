import type { Canary } from './canary.ts';
import { taskIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'driver-missing',
  title: 'a volume of a driver that is not installed',
  kind: 'swarm',
  fault: 'infrastructure',
  sentence: /^app: no node has a driver that one of its volumes/,
  evidence: /missing plugin/,
  releases: () => [
    {
      'compose.yml': wrongCompose({ app: ['volumes: ["data:/data"]'], top: ['volumes:', '  data: {driver: nosuch}'] }),
    },
  ],
  first: taskIs('pending', /missing plugin/),
};
