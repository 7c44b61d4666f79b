import type { Canary } from './canary.ts';
import { taskIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'resources-unsatisfiable',
  title: 'a reservation larger than the host',
  kind: 'swarm',
  fault: 'infrastructure',
  sentence: /^app: no node has the resources it reserves$/,
  releases: () => [{ 'compose.yml': wrongCompose({ deploy: ['resources: {reservations: {cpus: "64"}}'] }) }],
  first: taskIs('pending', /insufficient resources/),
};
