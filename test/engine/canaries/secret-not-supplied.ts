import type { Canary } from './canary.ts';
import { stepIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'E_SECRET_NOT_SUPPLIED',
  title: 'a secret that cannot be made and that nobody gave',
  kind: 'swarm',
  fault: 'usage',
  sentence: /the secret licence is marked generate=false and was not supplied \[/,
  releases: () => [
    {
      '.env.sample': 'TYPE=canary\nDOMAIN=canary.example.com\nSECRET_LICENCE_VERSION=v1 # generate=false\n',
      'compose.yml': wrongCompose({
        app: ['secrets: [licence]'],
        top: ['secrets:', '  licence: {external: true, name: "${STACK_NAME}_licence_${SECRET_LICENCE_VERSION}"}'],
      }),
    },
  ],
  first: stepIs('start'),
};
