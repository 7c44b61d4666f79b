import { describe, expect, test } from 'vitest';
import type { Stack } from '../../src/recipe/compose/types.ts';
import { foreignObjects, hostReach, refuseForeignObjects } from '../../src/run/plan/foreign-objects.ts';

const NAME = 'app-1_ci_test';

function stackOf(parts: Partial<Stack>): Stack {
  return { version: '3.8', services: {}, networks: {}, volumes: {}, secrets: {}, configs: {}, ...parts };
}

const namesOf = (parts: Partial<Stack>) =>
  foreignObjects(stackOf(parts), NAME).map(({ kind, name }) => `${kind} ${name}`);

describe('a stack lays hands on what is not its own', () => {
  test('with a volume of a fixed name: another app’s data may lie in it', () => {
    expect(namesOf({ volumes: { data: { name: 'prod_data' } } })).toEqual(['volume prod_data']);
    expect(() => refuseForeignObjects(stackOf({ volumes: { data: { name: 'prod_data' } } }), NAME)).toThrow(
      'the volume data is named prod_data, which would be the same for every app on the host',
    );
  });

  test('with an external volume, however it is written', () => {
    expect(namesOf({ volumes: { prod: { external: true } } })).toEqual(['volume prod']);
    expect(namesOf({ volumes: { data: { external: { name: 'prod_data' } } } })).toEqual(['volume prod_data']);
  });

  test('with secrets, configs and networks of a fixed name, when a service uses them', () => {
    const services = { app: { secrets: [{ source: 'key' }], configs: [{ source: 'conf' }] } };
    const objects = {
      secrets: { key: { external: true, name: 'shared_key_v1' }, unused: { external: true } },
      configs: { conf: { name: 'conf_v1' }, unused: { name: 'x' } },
      networks: { internal: { name: 'shared' } },
    };
    expect(namesOf({ services, ...objects })).toEqual(['secret shared_key_v1', 'config conf_v1', 'network shared']);
  });
});

test('what bears the name of the stack is its own, and the proxy is everyone’s', () => {
  const services = { app: { secrets: [{ source: 'key' }], configs: [{ source: 'conf' }] } };
  const parts = {
    services,
    volumes: { data: {}, more: { name: `${NAME}_more` } },
    secrets: { key: { external: true, name: `${NAME}_key_v1` } },
    configs: { conf: { name: `${NAME}_conf_v1` } },
    networks: { proxy: { external: true }, internal: {} },
  };
  expect(namesOf(parts)).toEqual([]);
  expect(hostReach(stackOf(parts), { checkout: '/work', proxyNetwork: 'proxy' })).toEqual([]);
});

test('directories of the host and networks of others are named', () => {
  const app = {
    volumes: [
      { type: 'bind', source: '/var/run/docker.sock', target: '/var/run/docker.sock' },
      { type: 'bind', source: '/etc', target: '/host', read_only: true },
      { type: 'bind', source: '/checkout/files', target: '/files' },
    ],
  };
  const stack = stackOf({ services: { app }, networks: { other: { external: true, name: 'monitoring' } } });
  expect(hostReach(stack, { checkout: '/checkout', proxyNetwork: 'proxy' })).toEqual([
    'app: mounts /var/run/docker.sock of this host',
    'app: mounts /etc of this host, to read',
    'the external network monitoring is shared with whatever else is on it',
  ]);
});
