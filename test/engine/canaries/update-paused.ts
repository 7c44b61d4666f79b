import type { Canary } from './canary.ts';
import { exitWith, updateIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'crash-loop',
  title: 'an update that is paused because its program ends',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^app: the program ended with exit code 7, once$/,
  evidence: /broken/,
  others: ['update-paused'],
  tiers: ['upgrade'],
  releases: () => [
    { 'compose.yml': wrongCompose({}) },
    {
      'compose.yml': wrongCompose({
        version: '1.1.0+1',
        run: 'echo broken; exit 7',
        update: '{failure_action: pause, monitor: 1s}',
      }),
    },
  ],
  first: exitWith(7),
  decisive: updateIs('paused'),
};
