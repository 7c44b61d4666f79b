import { randomBytes } from 'node:crypto';
import { BUSYBOX } from '../../support/set-up/test-images.ts';
import { openStackBench, shellService } from '../support/stack-bench.ts';
import type { Canary, Ground } from './canary.ts';
import { onInner, routeCompose, serveCgi } from './route-compose.ts';
import { wrongAnswer } from './sign.ts';

const ASKED = serveCgi(
  String.raw`if wget -qO- http://api/ | grep -q mine; then printf '\r\nfine'; else printf 'Status: 500 Astray\r\n\r\nwrong'; fi`,
);

export const canary: Canary = {
  code: 'alias-shared',
  title: 'a sibling that another stack on the proxy network names as well',
  kind: 'route',
  fault: 'recipe',
  sentence: /^app: the name api also leads to canary-\w+_api, a service of another stack on the same network$/,
  others: ['wrong-status'],
  prepare: startStranger,
  // The networks of a container are asked in the order of their names: this stack's own comes after `proxy`.
  domain: (suffix) => `zz-${randomBytes(3).toString('hex')}.${suffix}`,
  releases: () => [
    {
      'compose.yml': routeCompose(
        {
          run: ASKED,
          app: ['environment: {UPSTREAM: "http://api/"}'],
          services: [
            'api:',
            `  image: ${BUSYBOX}`,
            '  command: ["sh", "-c", "mkdir -p /www; echo mine > /www/index.html; exec httpd -f -p 80 -h /www"]',
            '  stop_grace_period: 1s',
            '  networks: [inner]',
          ],
        },
        onInner,
      ),
    },
  ],
  first: wrongAnswer,
};

async function startStranger(): Promise<Ground> {
  const bench = await openStackBench('canary');
  const api = shellService('mkdir -p /www; echo theirs > /www/index.html; exec httpd -f -p 80 -h /www', {
    networks: { proxy: null },
  });
  await bench.up({ services: { api }, networks: { proxy: { external: true } } });
  return { [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose]() };
}
