import { describe, expect, test } from 'vitest';
import { buildTable } from '../../src/edge/labels/table.ts';
import type { RoutedService } from '../../src/edge/labels/table-types.ts';

const labelsOf = (name: string, host: string, more: Readonly<Record<string, string>> = {}) => ({
  'traefik.enable': 'true',
  [`traefik.http.routers.${name}.rule`]: `Host(\`${host}\`)`,
  [`traefik.http.services.${name}.loadbalancer.server.port`]: '80',
  ...more,
});

function service(stack: string | undefined, address: string, labels: Readonly<Record<string, string>>): RoutedService {
  return { name: `${stack ?? 'plain'}_${address}`, stack, addresses: [address], labels };
}

const routes = (...services: RoutedService[]) =>
  buildTable(services, { version: 'v3' }).routers.map(
    ({ rule, target }) => `${rule} → ${target.servers.map(({ address }) => address).join(' ')}`,
  );

describe('a stack that uses the names of another', () => {
  const victim = service('victim', '10.0.0.1', labelsOf('app', 'victim.test'));

  test('gets none of its requests', () => {
    const evil = service('evil', '10.0.0.2', labelsOf('app', 'victim.test'));
    expect(routes(victim, evil)).toContain('Host(`victim.test`) → 10.0.0.1');
    expect(
      routes(
        service(
          'evil',
          '10.0.0.2',
          labelsOf('other', 'evil.test', {
            'traefik.http.services.app.loadbalancer.server.port': '80',
            'traefik.http.routers.other.service': 'other',
          }),
        ),
        victim,
      ),
    ).toEqual(expect.arrayContaining(['Host(`victim.test`) → 10.0.0.1']));
  });

  test('does not take its routes away', () => {
    const evil = service('evil', '10.0.0.2', labelsOf('app', 'evil.test'));
    expect(routes(victim, evil)).toEqual(['Host(`victim.test`) → 10.0.0.1', 'Host(`evil.test`) → 10.0.0.2']);
  });

  test('does not get at its middlewares and services', () => {
    const guard = { 'traefik.http.middlewares.strip.stripprefix.prefixes': '/x' };
    const rich = service('victim', '10.0.0.1', labelsOf('app', 'victim.test', guard));
    const poor = service(
      'evil',
      '10.0.0.2',
      labelsOf('mine', 'evil.test', { 'traefik.http.routers.mine.middlewares': 'strip' }),
    );
    expect(routes(rich, poor)).toEqual(['Host(`victim.test`) → 10.0.0.1']);
  });
});

test('services of one stack share its names, and so do those of none', () => {
  for (const stack of ['one', undefined]) {
    const both = ['10.0.0.1', '10.0.0.2'].map((address) => service(stack, address, labelsOf('app', 'app.test')));
    expect(routes(...both)).toEqual(['Host(`app.test`) → 10.0.0.1 10.0.0.2']);
  }
});
