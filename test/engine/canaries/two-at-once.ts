import type { Canary } from './canary.ts';
import { taskIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'entrypoint-missing',
  title: 'two services at once whose commands are missing',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^(?:app|db): the command \/nope-\w+ does not exist in the image$/,
  others: ['entrypoint-missing'],
  releases: () => [
    {
      'compose.yml': wrongCompose({
        app: ['entrypoint: [/nope-app]'],
        services: ['db:', '  image: cc-ci-test/busybox:1', '  entrypoint: [/nope-db]', '  networks: [proxy]'],
      }),
    },
  ],
  first: taskIs('failed', /no such file/),
};
