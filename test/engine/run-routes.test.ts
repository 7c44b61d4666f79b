import { expect, test } from 'vitest';
import { drawSample } from '../support/draw.ts';
import { routeCompose, SERVE, serveCgi } from './canaries/route-compose.ts';
import { makeTinyRecipe } from './support/tiny-recipe.ts';

/** What each cause of the route looks like is in the canaries; here is what must not be taken for one, and what hides none. */
const READY = String.raw`if [ -e /tmp/ready ]; then printf '\r\nfine'; else printf 'Status: 500 Not yet\r\n\r\nno'; fi`;

interface Case {
  readonly group: 'slow' | 'healthy' | 'crash';
  readonly title: string;
  readonly compose: string;
  /** The code of the leading finding; undefined where all is well in the end. */
  readonly code: string | undefined;
}

/** Fourteen seconds are more than a program that stands still is given. */
const SLOW = [
  ['a start that sleeps', `sleep 14; ${SERVE}`],
  ['a start that works', `timeout 14 sh -c 'while :; do :; done'; ${SERVE}`],
  ['a start that says so', `for i in 1 2 3 4 5 6 7; do echo waiting; sleep 2; done; ${SERVE}`],
  ['an app that says 500 while it starts', `(sleep 14; touch /tmp/ready) & ${serveCgi(READY)}`],
] as const;

const HEALTHY = [
  ['nothing-listens', 'exec sleep 1000'],
  ['listens-on-loopback', 'exec httpd -f -p 127.0.0.1:80 -h /www'],
  ['port-mismatch', 'exec httpd -f -p 8080 -h /www'],
] as const;

const CASES: readonly Case[] = [
  ...SLOW.map(([title, run]): Case => ({ group: 'slow', title, compose: routeCompose({ run }), code: undefined })),
  ...HEALTHY.map(
    ([code, run]): Case => ({
      group: 'healthy',
      title: `${code} behind a health check that passes`,
      compose: routeCompose({ run, app: ['healthcheck: {test: [CMD, "true"], interval: 1s, retries: 3}'] }),
      code,
    }),
  ),
  {
    group: 'crash',
    title: 'a program that opens no port and then ends',
    compose: routeCompose({ run: 'sleep 3; exit 3', deploy: ['restart_policy: {condition: any, delay: 1s}'] }),
    code: 'crash-loop',
  },
];

const chosen = drawSample(CASES, { suite: 'routes', nameOf: ({ title }) => title, groupOf: ({ group }) => group });

test.each(chosen)('$title: $code', async ({ compose, code }) => {
  await using recipe = await makeTinyRecipe('lost');
  await recipe.release({ 'compose.yml': compose }, '1.0.0+1');
  const { verdict, findings } = await recipe.test(['install']);
  expect(findings[0]?.code, findings[0]?.sentence).toBe(code);
  expect(verdict).toBe(code === undefined ? 'success' : 'failure');
});
