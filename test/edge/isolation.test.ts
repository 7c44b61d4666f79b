import { expect, test } from 'vitest';
import { buildTable } from '../../src/edge/labels/table.ts';
import type { RoutedService } from '../../src/edge/labels/table-types.ts';
import { viewOf } from '../../src/edge/router/read-swarm.ts';

const routed = (name: string, more: Readonly<Record<string, string>> = {}): RoutedService => ({
  name,
  addresses: ['10.0.0.2'],
  labels: {
    'traefik.enable': 'true',
    [`traefik.http.services.${name}.loadbalancer.server.port`]: '80',
    [`traefik.http.routers.${name}.rule`]: `Host(\`${name}.ci.test\`)`,
    [`traefik.http.routers.${name}.entrypoints`]: 'web',
    ...more,
  },
});
/** Each takes two of the one before. */
const chains = Object.fromEntries(
  Array.from({ length: 26 }, (_, index) => [
    `traefik.http.middlewares.c${index + 1}.chain.middlewares`,
    index === 0 ? 'gone,gone' : `c${index},c${index}`,
  ]),
);

test.each([
  [
    'chains of chains that double',
    { ...chains, 'traefik.http.middlewares.gone.compress': 'true', 'traefik.http.routers.bad.middlewares': 'c26' },
  ],
  ['more labels than anybody reads', Object.fromEntries(Array.from({ length: 1001 }, (_, n) => [`traefik.x${n}`, '']))],
  ['a label longer than anybody reads', { 'traefik.http.routers.bad.rule': `Host(\`${'a'.repeat(200_000)}\`)` }],
  ['a key that is deeper than a stack', { [`traefik.http.routers.bad${'.x'.repeat(60_000)}`]: '' }],
])('a stack with %s loses its own routes and nobody else’s', (_case, labels) => {
  const { routers, problems } = buildTable([routed('bad', labels), routed('good')], { version: 'v3' });
  expect(routers.map(({ service }) => service)).toEqual(['good']);
  expect(problems.map(({ service }) => service)).toEqual(['bad']);
});

test('labels that cannot be read keep the router from reading nobody else’s', () => {
  const deep = { [`traefik.http.routers.bad${'.x'.repeat(60_000)}`]: '' };
  const services = [routed('bad', deep), routed('good')].map(({ name, labels }) => ({
    ID: name,
    Version: { Index: 1 },
    CreatedAt: '',
    UpdatedAt: '',
    Spec: { Name: name, Labels: labels, TaskTemplate: {} },
  }));
  expect(viewOf(services, [], [], 'proxy', 'v3').services.map(({ name }) => name)).toEqual(['bad', 'good']);
});
