import type { Canary } from './canary.ts';
import { taskIs } from './sign.ts';
import { FOREVER, wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'address-pool-exhausted',
  title: 'more tasks than a network has addresses',
  kind: 'new',
  fault: 'infrastructure',
  sentence: /^app: the network \S+_narrow has no free address left$/,
  evidence: /6 addresses used/,
  releases: () => [
    {
      'compose.yml': wrongCompose({
        run: FOREVER,
        deploy: ['replicas: 6'],
        top: ['  narrow: {driver: overlay, ipam: {config: [{subnet: 10.77.78.0/29}]}}'],
      }).replace('[proxy]', '[proxy, narrow]'),
    },
  ],
  first: taskIs('new'),
};
