import type { Canary } from './canary.ts';
import { eventIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'health-command-missing',
  title: 'a health check that calls what the image does not have',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^app: the health check cannot run: the image has no curl$/,
  evidence: /health check \(exit 1\): .*curl: not found/,
  releases: () => [
    {
      'compose.yml': wrongCompose({
        app: ['healthcheck: {test: curl --fail http://localhost/ || exit 1, interval: 500ms, timeout: 5s, retries: 2}'],
      }),
    },
  ],
  first: eventIs('health_status: unhealthy'),
};
