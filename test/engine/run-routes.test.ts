import { beforeAll, expect, test } from 'vitest';
import { ensureBusybox } from './support/image.ts';
import { makeTinyRecipe, tinyCompose } from './support/tiny-recipe.ts';

beforeAll(async () => {
  await ensureBusybox();
});

const HEALTHY = '    healthcheck: {test: [CMD, "true"], interval: 1s, retries: 3}\n    stop_grace_period: 1s';
const LISTEN = 'mkdir -p /www; exec httpd -f -p';
test.each<[string, string, (compose: string) => string]>([
  ['nothing-listens', 'exec sleep 1000', (compose) => compose],
  ['listens-on-loopback', `${LISTEN} 127.0.0.1:80 -h /www`, (compose) => compose],
  ['port-mismatch', `${LISTEN} 8080 -h /www`, (compose) => compose],
  [
    'route-dropped',
    `${LISTEN} 80 -h /www`,
    (compose) => compose.replace('.tls=true"', '.tls=true"\n        - "traefik.http.routers.${STACK_NAME}.nonsense=1"'),
  ],
  [
    'route-dropped',
    `${LISTEN} 80 -h /www`,
    (compose) => compose.replace('Host(`${DOMAIN}`)', 'Host(`${DOMAIN}`,`${DOMAIN}`)'),
  ],
  [
    'not-on-proxy',
    `${LISTEN} 80 -h /www`,
    (compose) =>
      compose
        .replace('    networks: [proxy]\n', '    networks: [inner]\n')
        .replace('networks:\n  proxy:\n    external: true', 'networks:\n  inner:'),
  ],
])('%s is named while the app could still have waited (%s)', async (code, service, change) => {
  await using recipe = await makeTinyRecipe('lost');
  const compose = tinyCompose('1.0.0+1', { service })
    .replace('    stop_grace_period: 1s', HEALTHY)
    .replace('.timeout=20', '.timeout=120');
  await recipe.release({ 'compose.yml': change(compose) }, '1.0.0+1');
  const results = await recipe.test(['install']);
  expect(results.findings.map((finding) => finding.code)).toEqual([code]);
  expect(results).toMatchObject({ verdict: 'failure', findings: [{ fault: 'recipe', tier: 'install' }] });
});
