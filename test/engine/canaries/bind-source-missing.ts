import type { Canary } from './canary.ts';
import { taskIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'bind-source-missing',
  title: 'a bind mount of a path that the host does not have',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^app: the host path \/nope\/x of a bind mount does not exist$/,
  releases: () => [{ 'compose.yml': wrongCompose({ app: ['volumes: ["/nope/x:/x"]'] }) }],
  first: taskIs('rejected'),
};
