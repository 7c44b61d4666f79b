import type { Canary } from './canary.ts';
import { routeCompose, serveCgi } from './route-compose.ts';
import { wrongAnswer } from './sign.ts';

/** What an app says that is broken for good. */
export const BROKEN = serveCgi(String.raw`printf 'Status: 500 Broken\r\n\r\nthe settings make no sense'`);

export const canary: Canary = {
  code: 'wrong-status',
  title: 'an app that answers 500 for good',
  kind: 'route',
  fault: 'recipe',
  sentence: /^https:\S+ answers 500, accepted are /,
  evidence: /the settings make no sense/,
  releases: () => [{ 'compose.yml': routeCompose({ run: BROKEN }) }],
  first: wrongAnswer,
};
