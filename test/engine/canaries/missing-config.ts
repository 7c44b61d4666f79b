import type { Canary } from './canary.ts';
import { stepIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'missing-config',
  title: 'a config that nobody made',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /the config \S+_nosuch_v1 does not exist$/,
  releases: () => [
    {
      'compose.yml': wrongCompose({
        app: ['configs: [conf]'],
        top: ['configs:', '  conf: {external: true, name: "${STACK_NAME}_nosuch_v1"}'],
      }),
    },
  ],
  first: stepIs('deploy'),
};
