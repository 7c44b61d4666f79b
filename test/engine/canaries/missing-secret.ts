import type { Canary } from './canary.ts';
import { stepIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'missing-secret',
  title: 'a secret that nobody made',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /the secret \S+_nosuch_v1 does not exist$/,
  releases: () => [
    {
      'compose.yml': wrongCompose({
        app: ['secrets: [pw]'],
        top: ['secrets:', '  pw: {external: true, name: "${STACK_NAME}_nosuch_v1"}'],
      }),
    },
  ],
  first: stepIs('deploy'),
};
