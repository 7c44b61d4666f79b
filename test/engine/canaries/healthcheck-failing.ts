import { tinyCompose } from '../support/tiny-recipe.ts';
import type { Canary } from './canary.ts';
import { eventIs } from './sign.ts';

export const canary: Canary = {
  code: 'healthcheck-failing',
  title: 'a health check that never passes',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^app: the health check fails: .*not yet/,
  evidence: /health check \(exit 1\): not yet/,
  releases: () => [
    {
      'compose.yml': tinyCompose('1.0.0+1').replace(
        '    stop_grace_period: 1s',
        '    healthcheck: {test: "echo not yet; exit 1", interval: 1s, retries: 2}\n    stop_grace_period: 1s',
      ),
    },
  ],
  first: eventIs('health_status: unhealthy'),
};
