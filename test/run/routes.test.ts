import { describe, expect, test } from 'vitest';
import { judgeRoutes } from '../../src/run/plan/routes.ts';
import { stackWith } from '../edge/support/stack.ts';

const APP = { stackName: 'app_ci_test', domain: 'app.ci.test' };
const SETTINGS = { traefik: 'v3', proxyNetwork: 'proxy' } as const;
const GOOD = {
  'traefik.enable': 'true',
  'traefik.http.routers.app_ci_test.rule': 'Host(`app.ci.test`)',
  'traefik.http.routers.app_ci_test.tls': 'true',
  'traefik.http.services.app_ci_test.loadbalancer.server.port': '80',
};
const judge = (more: Readonly<Record<string, string>>, edge: 'built-in' | 'traefik' = 'built-in') =>
  judgeRoutes([stackWith({ ...GOOD, ...more })], APP, SETTINGS, edge);

test('an ordinary stack has nothing to say', () => {
  expect(judge({})).toEqual({ warnings: [], dropped: [] });
});

describe('refused before anything is deployed', () => {
  test.each([
    ['route-foreign-host', 'traefik.http.routers.app_ci_test.rule', 'Host(`server.example`)'],
    ['route-rule', 'traefik.http.routers.app_ci_test.rule', 'Host(`app.ci.test`) // more'],
    ['route-label-case', 'traefik.http.routers.app_ci_test.RULE', 'Host(`app.ci.test`)'],
    ['route-forbidden', 'traefik.http.services.app_ci_test.loadbalancer.server.url', 'http://127.0.0.1:2375'],
    ['route-forbidden', 'traefik.http.routers.app_ci_test.service', 'api@internal'],
  ])('as the recipe’s fault: %s by %s', (code, label, value) => {
    for (const edge of ['built-in', 'traefik'] as const) {
      expect(() => judge({ [label]: value }, edge)).toThrow(
        expect.objectContaining({ code, fault: 'recipe', where: { key: `services.app.deploy.labels.${label}` } }),
      );
    }
  });

  test('as ours: what every Traefik takes, and the built-in router does not', () => {
    const more = { 'traefik.http.services.app_ci_test.loadbalancer.healthcheck.path': '/' };
    expect(() => judge(more)).toThrow(expect.objectContaining({ code: 'route-unsupported', fault: 'cc-ci' }));
    expect(judge(more, 'traefik')).toEqual({ warnings: [], dropped: [] });
  });
});

test('what a proxy would drop is told, and deployed', () => {
  expect(judge({ 'traefik.http.routers.app_ci_test.nonsense': 'x' }).dropped).toEqual([
    expect.stringContaining('has a key that Traefik does not know'),
  ]);
});
