import type { Canary } from './canary.ts';
import { stepIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'missing-network',
  title: 'an external network that is not there',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^the external network cc-ci-canary-nosuch does not exist$/,
  releases: () => [
    {
      'compose.yml': wrongCompose({ top: ['  far: {external: true, name: cc-ci-canary-nosuch}'] }).replace(
        '[proxy]',
        '[proxy, far]',
      ),
    },
  ],
  first: stepIs('deploy'),
};
