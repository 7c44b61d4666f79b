import { describe, expect, test } from 'vitest';
import { explainRoute } from '../../src/edge/explain.ts';
import type { TraefikVersion } from '../../src/edge/types.ts';
import { stackWith } from './support/stack.ts';

const ROUTER = 'traefik.http.routers.app';
const GOOD = {
  'traefik.enable': 'true',
  'traefik.http.services.app.loadbalancer.server.port': '80',
  [`${ROUTER}.rule`]: 'Host(`a.test`)',
  [`${ROUTER}.entrypoints`]: 'web-secure',
  [`${ROUTER}.tls.certresolver`]: 'production',
};

function explain(more: Readonly<Record<string, string>>, version: TraefikVersion = 'v3') {
  return explainRoute(stackWith({ ...GOOD, ...more }), version).map(({ label, code, weight }) => [label, code, weight]);
}

describe('labels that a Traefik takes', () => {
  test('are not worth a word', () => {
    expect(explain({})).toEqual([]);
    expect(explain({}, 'v2')).toEqual([]);
  });
});

describe('labels that a Traefik drops are named', () => {
  test.each<[string, Record<string, string>, string, string, string]>([
    ['an unknown key', { [`${ROUTER}.nonsense`]: 'x' }, `${ROUTER}.nonsense`, 'route-unknown-key', 'dropped'],
    [
      'a root in capitals',
      { 'Traefik.http.routers.app.tls': 'true' },
      'Traefik.http.routers.app.tls',
      'route-label-root',
      'dropped',
    ],
    ['a word for a number', { [`${ROUTER}.priority`]: 'high' }, `${ROUTER}.priority`, 'route-bad-value', 'dropped'],
    [
      'an unknown middleware',
      { [`${ROUTER}.middlewares`]: 'nope' },
      `${ROUTER}.middlewares`,
      'route-middleware',
      'dropped',
    ],
    [
      'an unknown entry point',
      { [`${ROUTER}.entrypoints`]: 'websecure' },
      `${ROUTER}.entrypoints`,
      'route-unknown-entrypoint',
      'dropped',
    ],
    ['an unknown service', { [`${ROUTER}.service`]: 'other' }, `${ROUTER}.service`, 'route-service', 'dropped'],
    ['a rule of v2', { [`${ROUTER}.rule`]: 'Host(`a.test`,`b.test`)' }, `${ROUTER}.rule`, 'route-rule-v2', 'dropped'],
    [
      'a pattern of v2',
      { [`${ROUTER}.rule`]: 'HostRegexp(`{x:.+}.a.test`)' },
      `${ROUTER}.rule`,
      'route-rule-v2',
      'dropped',
    ],
    ['a broken rule', { [`${ROUTER}.rule`]: 'Host(`a.test`' }, `${ROUTER}.rule`, 'route-rule', 'dropped'],
    ['a rule marked as v2', { [`${ROUTER}.rulesyntax`]: 'v2' }, `${ROUTER}.rulesyntax`, 'route-rule-syntax', 'warning'],
    [
      'a middleware for docker',
      { [`${ROUTER}.middlewares`]: 'm@docker', 'traefik.http.middlewares.m.addprefix.prefix': '/x' },
      `${ROUTER}.middlewares`,
      'route-middleware',
      'dropped',
    ],
    [
      'a port that is no number',
      { 'traefik.http.services.app.loadbalancer.server.port': 'http' },
      `${ROUTER}.service`,
      'route-service',
      'dropped',
    ],
    [
      'a label of Traefik 1',
      { 'traefik.frontend.rule': 'Host:a.test' },
      'traefik.frontend.rule',
      'route-v1-label',
      'dropped',
    ],
    [
      'a TCP entry point that only its operator has',
      {
        'traefik.tcp.routers.t.rule': 'HostSNI(`*`)',
        'traefik.tcp.routers.t.entrypoints': 'db',
        'traefik.tcp.services.t.loadbalancer.server.port': '5432',
      },
      'traefik.tcp.routers.t.entrypoints',
      'route-unknown-entrypoint',
      'dropped',
    ],
  ])('%s', (_what, more, label, code, weight) => {
    expect(explain(more)).toContainEqual([label, code, weight]);
  });

  test('a missing port, with the label that is missing', () => {
    const { 'traefik.http.services.app.loadbalancer.server.port': _port, ...rest } = GOOD;
    expect(explainRoute(stackWith(rest), 'v3', { stackName: 'one' })).toMatchObject([
      { service: 'app', label: 'traefik.http.services.one-app.loadbalancer.server.port', code: 'route-port-missing' },
    ]);
  });

  test('two services, and a router that does not say which', () => {
    expect(explain({ 'traefik.http.services.more.loadbalancer.server.port': '81' })).toEqual([
      [`${ROUTER}.service`, 'route-ambiguous-service', 'dropped'],
    ]);
  });

  test('the same router in two services of the stack, with other settings', () => {
    const stack = stackWith(GOOD);
    const [app] = Object.values(stack.services);
    const other = { ...app, deploy: { labels: { ...GOOD, [`${ROUTER}.rule`]: 'Host(`b.test`)' } } };
    const problems = explainRoute({ ...stack, services: { ...stack.services, other } }, 'v3');
    expect(problems.map(({ service, label, code }) => [service, label, code])).toEqual([
      ['app', ROUTER, 'route-duplicate'],
      ['other', ROUTER, 'route-duplicate'],
    ]);
  });

  test('labels on the container, and a service that is not on the proxy network', () => {
    const stack = stackWith(GOOD);
    const services = {
      web: { labels: GOOD },
      app: { deploy: { labels: GOOD }, networks: { internal: null } },
      proxied: { deploy: { labels: {} }, networks: { internal: null } },
    };
    const networks = { ...stack.networks, internal: {} };
    const found = explainRoute({ ...stack, services, networks }, 'v3').map(({ service, code }) => [service, code]);
    expect(found).toEqual([
      ['web', 'route-container-label'],
      ['app', 'route-not-on-proxy'],
    ]);
  });
});

describe('what the built-in router has not is refused by name', () => {
  test.each([
    ['traefik.http.middlewares.m.digestauth.users', 'u:r:h'],
    ['traefik.http.middlewares.m.plugin.thing.key', 'x'],
    ['traefik.http.middlewares.m.basicauth.usersfile', '/run/secrets/users'],
    ['traefik.http.services.app.loadbalancer.healthcheck.path', '/'],
    ['traefik.http.services.app.loadbalancer.serverstransport', 'mine@file'],
    ['traefik.http.services.app.loadbalancer.server.scheme', 'h2c'],
    ['traefik.swarm.lbswarm', 'true'],
    [`${ROUTER}.tls.options`, 'modern@file'],
  ])('%s', (label, value) => {
    expect(explain({ [label]: value })).toContainEqual([label, 'route-unsupported', 'refused']);
  });

  test('TCP without TLS on a port of HTTP', () => {
    const tcp = {
      'traefik.tcp.routers.t.rule': 'HostSNI(`*`)',
      'traefik.tcp.services.t.loadbalancer.server.port': '1',
    };
    expect(explain(tcp)).toEqual([['traefik.tcp.routers.t.entrypoints', 'route-unsupported', 'refused']]);
  });

  test("Traefik's own dashboard", () => {
    expect(explain({ [`${ROUTER}.service`]: 'api@internal' })).toEqual([
      [`${ROUTER}.service`, 'route-unsupported', 'refused'],
    ]);
  });
});

describe('under Traefik v2', () => {
  test('its rules and provider name hold, and the keys of v3 do not', () => {
    expect(explain({ [`${ROUTER}.rule`]: 'Host(`a.test`,`b.test`)' }, 'v2')).toEqual([]);
    const own = { [`${ROUTER}.middlewares`]: 'm@docker', 'traefik.http.middlewares.m.addprefix.prefix': '/x' };
    expect(explain(own, 'v2')).toEqual([]);
    expect(explain({ [`${ROUTER}.rulesyntax`]: 'v3' }, 'v2')).toEqual([
      [`${ROUTER}.rulesyntax`, 'route-unknown-key', 'dropped'],
    ]);
    expect(explain({ [`${ROUTER}.rule`]: 'Header(`a`,`b`)' }, 'v2')).toEqual([
      [`${ROUTER}.rule`, 'route-rule-v3', 'dropped'],
    ]);
  });
});
