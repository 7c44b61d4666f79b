import type { Canary } from './canary.ts';
import { eventIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'healthcheck-failing',
  title: 'a failing health check, beside a service that has ended once',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^app: the health check fails: /,
  others: [],
  notes: /^also seen: db: the program ended with exit code 3, once$/,
  releases: () => [
    {
      'compose.yml': wrongCompose({
        app: ['healthcheck: {test: "echo no database; exit 1", interval: 1s, retries: 3}'],
        services: [
          'db:',
          '  image: cc-ci-test/busybox:1',
          '  command: [sh, -c, "exit 3"]',
          '  networks: [proxy]',
          '  deploy: {restart_policy: {delay: 30s}}',
        ],
      }),
    },
  ],
  first: eventIs('health_status: unhealthy'),
};
