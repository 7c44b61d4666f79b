import type { Canary } from './canary.ts';
import { stepIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'stack-refused',
  title: 'a limit that the Engine does not take',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^docker stack deploy refused the stack: .*memory/,
  releases: () => [{ 'compose.yml': wrongCompose({ deploy: ['resources: {limits: {memory: 1k}}'] }) }],
  first: stepIs('deploy'),
};
