import type { Canary } from './canary.ts';
import { stepIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

const LONG = 'a_key_whose_name_goes_on_and_on_until_no_engine_takes_it';

export const canary: Canary = {
  code: 'E_NAME_TOO_LONG',
  title: 'a secret whose name is longer than the Engine takes',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /the secret name \S+ has \d\d characters; the Engine takes 64/,
  releases: () => [
    {
      'compose.yml': wrongCompose({
        app: [`secrets: [${LONG}]`],
        top: ['secrets:', `  ${LONG}: {external: true, name: "\${STACK_NAME}_${LONG}_v1"}`],
      }),
    },
  ],
  first: stepIs('start'),
};
