import type { Canary } from './canary.ts';
import { taskIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'placement-unsatisfiable',
  title: 'a constraint that no node meets',
  kind: 'swarm',
  fault: 'infrastructure',
  sentence: /^app: no node can take it: .*scheduling constraints/,
  releases: () => [
    { 'compose.yml': wrongCompose({ deploy: ['placement: {constraints: [node.labels.nosuch == yes]}'] }) },
  ],
  first: taskIs('pending', /no suitable node/),
};
