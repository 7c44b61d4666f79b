import type { Canary } from './canary.ts';
import { taskIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'start-failed',
  title: 'a user that the image does not have',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^app: the container cannot be started: .*nosuch/,
  releases: () => [{ 'compose.yml': wrongCompose({ app: ['user: nosuch'] }) }],
  first: taskIs('failed'),
  decisive: (sign, before) => taskIs('failed')(sign, before) && before.some((one) => taskIs('failed')(one, [])),
};
