import type { Canary } from './canary.ts';
import { routeCompose } from './route-compose.ts';
import { wrongAnswer } from './sign.ts';

export const canary: Canary = {
  code: 'not-on-proxy',
  title: 'a routed service that is not on the network of the proxy',
  kind: 'route',
  fault: 'recipe',
  sentence: /^https:\S+ is not routed \(\d+\): asks to be routed but is not on the network proxy/,
  releases: () => [
    {
      'compose.yml': routeCompose({ top: ['  inner:'] }, (compose) =>
        compose.replace('    networks: [proxy]\n', '    networks: [inner]\n'),
      ),
    },
  ],
  first: wrongAnswer,
};
