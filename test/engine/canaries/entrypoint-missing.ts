import type { Canary } from './canary.ts';
import { taskIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'entrypoint-missing',
  title: 'a command that the image does not have',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^app: the command \/nope does not exist in the image$/,
  releases: () => [{ 'compose.yml': wrongCompose({ app: ['entrypoint: [/nope]'] }) }],
  first: taskIs('failed', /no such file/),
};
