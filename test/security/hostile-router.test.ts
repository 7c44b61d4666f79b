import { describe, expect, test } from 'vitest';
import { checkClaims } from '../../src/edge/claims/claims.ts';
import { labelReach } from '../../src/edge/claims/reach.ts';
import { GoRegexp, requestWork, WorkError } from '../../src/edge/go-regexp.ts';
import { buildTable } from '../../src/edge/labels/table.ts';
import type { RoutedService } from '../../src/edge/labels/table-types.ts';
import { pickRoute, ruleRequest } from '../../src/edge/router/pick.ts';
import { stackWith } from '../edge/support/stack.ts';

const MIDDLEWARES = 'traefik.http.middlewares';

function service(name: string, labels: Readonly<Record<string, string>>): RoutedService {
  const own = {
    'traefik.enable': 'true',
    [`traefik.http.services.${name}.loadbalancer.server.port`]: '80',
    [`traefik.http.routers.${name}.rule`]: `Host(\`${name}.test\`)`,
    [`traefik.http.routers.${name}.tls`]: 'true',
  };
  return { name, labels: { ...own, ...labels }, addresses: ['192.0.2.1'] };
}

function ask(services: readonly RoutedService[], host: string, url: string) {
  const request = ruleRequest({ host, url, method: 'GET', headers: {}, clientAddress: '192.0.2.9' });
  const route = pickRoute(buildTable(services, { version: 'v3' }), 'web-secure', true, request);
  return { served: route?.service, left: request.work.left };
}

const PATTERNS = [
  '^/(a+)+$',
  '^/(a|a)*$',
  '^/(?:(?:a{0,30}){0,30})+!',
  '^/(?:.*)(?:.*)(?:.*)(?:.*)(?:.*)b',
  '(?:a?){400}b$',
];

describe('the expressions of a stack', () => {
  test.each(PATTERNS)('do not hang the router, whatever is asked: %s', (pattern) => {
    const evil = service('evil', {
      'traefik.http.routers.evil.rule': `Host(\`evil.test\`) && PathRegexp(\`${pattern}\`)`,
    });
    expect(ask([evil], 'evil.test', `/${'a'.repeat(16_000)}!`).served).toBeUndefined();
  });

  const costly = Array.from({ length: 300 }, () => 'PathRegexp(`(?:a|b)*a(?:a|b){300}$`)')
    .join(' || ')
    .slice(0, 8000);
  const rule = costly.slice(0, costly.lastIndexOf(' ||'));

  test.each([`(${rule}) && Host(\`evil.test\`)`, `(${rule}) && HostRegexp(\`^[a-z]+\\.evil\\.test$\`)`])(
    'do nothing for requests to hosts of others, wherever in the rule the host stands',
    (written) => {
      const labels = {
        'traefik.http.routers.evil.rule': written,
        'traefik.http.routers.evil.priority': '100000',
      };
      const asked = ask([service('evil', labels), service('victim', {})], 'victim.test', `/${'ab'.repeat(8000)}`);
      expect(asked).toEqual({ served: 'victim', left: requestWork().left });
    },
  );

  test('are given up when they take too long for one request, and then fit nothing', () => {
    const evil = service('evil', { 'traefik.http.routers.evil.rule': `(${rule}) && Host(\`evil.test\`)` });
    const asked = ask([evil], 'evil.test', `/${'ab'.repeat(8000)}`);
    expect(asked.served).toBeUndefined();
    expect(asked.left).toBeLessThan(0);
    // What recipes write is far from it.
    expect(ask([evil], 'evil.test', '/').left).toBeGreaterThan(0);
  });

  test('are given up in a middleware, too, which would replace again and again', () => {
    const pattern = new GoRegexp('(?:a+b|a)');
    expect(() => pattern.replaceAll('a'.repeat(16_000), 'x', requestWork())).toThrow(WorkError);
  });
});

describe('chains of middlewares', () => {
  test('that double with each label end the router that has them, and no other', () => {
    const chains = Array.from({ length: 26 }, (_, index) => [
      `${MIDDLEWARES}.c${index}.chain.middlewares`,
      index === 25 ? 'end' : `c${index + 1},c${index + 1}`,
    ]);
    const evil = service('evil', {
      ...Object.fromEntries(chains),
      [`${MIDDLEWARES}.end.addprefix.prefix`]: '/x',
      'traefik.http.routers.evil.middlewares': 'c0',
    });
    const table = buildTable([evil, service('victim', {})], { version: 'v3' });
    expect(table.routers.map((route) => route.service)).toEqual(['victim']);
    expect(table.problems).toMatchObject([{ service: 'evil', code: 'route-unsupported', weight: 'refused' }]);
  });

  test('that are long and do not double are taken', () => {
    const chains = Array.from({ length: 40 }, (_, index) => [
      `${MIDDLEWARES}.c${index}.chain.middlewares`,
      index === 39 ? 'end' : `c${index + 1}`,
    ]);
    const long = service('long', {
      ...Object.fromEntries(chains),
      [`${MIDDLEWARES}.end.addprefix.prefix`]: '/x',
      'traefik.http.routers.long.middlewares': 'c0',
    });
    expect(buildTable([long], { version: 'v3' }).routers[0]?.middlewares).toHaveLength(1);
  });
});

test('a service with labels beyond number is refused before they are compared with each other', () => {
  const many = Array.from({ length: 200_000 }, (_, index) => [`${MIDDLEWARES}.m${index}.addprefix.prefix`, '/x']);
  const table = buildTable([service('many', Object.fromEntries(many))], { version: 'v3' });
  expect(table.routers).toEqual([]);
  expect(table.problems).toMatchObject([{ service: 'many', code: 'route-unreadable' }]);
});

test('routers beyond number are judged one by one, and not each with all others', () => {
  const many = Array.from({ length: 100_000 }, (_, index) => [`traefik.http.routers.r${index}.rule`, 'Host(`a.test`)']);
  const stack = stackWith(Object.fromEntries(many));
  expect(checkClaims(stack, { allowedHosts: ['b.test'] })).toHaveLength(many.length);
  expect(labelReach(stack, { stackName: 'b', domain: 'b.test', foreignProxy: false })).toHaveLength(many.length);
});
