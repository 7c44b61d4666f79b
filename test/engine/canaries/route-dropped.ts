import type { Canary } from './canary.ts';
import { routeCompose } from './route-compose.ts';
import { wrongAnswer } from './sign.ts';

export const canary: Canary = {
  code: 'route-dropped',
  title: 'a rule of another major version of Traefik',
  kind: 'route',
  fault: 'recipe',
  sentence: /^https:\S+ is not routed \(404\): app: traefik\.http\.routers\.\S+\.rule: /,
  releases: () => [
    {
      'compose.yml': routeCompose({}, (compose) =>
        compose.replace('Host(`${DOMAIN}`)', 'Host(`${DOMAIN}`,`${DOMAIN}`)'),
      ),
    },
  ],
  first: wrongAnswer,
};
