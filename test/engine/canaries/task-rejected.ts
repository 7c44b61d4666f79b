import type { Canary } from './canary.ts';
import { taskIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'task-rejected',
  title: 'a capability that no kernel has',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^app: the node refuses the task: .*capability/i,
  releases: () => [{ 'compose.yml': wrongCompose({ app: ['cap_add: [NOSUCH]'] }) }],
  first: taskIs('rejected'),
  decisive: (sign, before) => taskIs('rejected')(sign, before) && before.some((one) => taskIs('rejected')(one, [])),
};
