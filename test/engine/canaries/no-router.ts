import type { Canary } from './canary.ts';
import { routeCompose } from './route-compose.ts';
import { wrongAnswer } from './sign.ts';

export const canary: Canary = {
  code: 'no-router',
  title: 'a rule that does not cover the page that is asked for',
  kind: 'route',
  fault: 'recipe',
  sentence: /^https:\S+ is not routed \(404\): no router of the stack covers it$/,
  releases: () => [
    {
      'compose.yml': routeCompose({}, (compose) =>
        compose.replace('Host(`${DOMAIN}`)', 'Host(`${DOMAIN}`) && PathPrefix(`/api`)'),
      ),
    },
  ],
  first: wrongAnswer,
};
