import { describe, expect, test } from 'vitest';
import { hostBounds } from '../../src/config/bounds.ts';
import type { Service, Stack } from '../../src/recipe/compose/types.ts';
import { BOUNDS_LABEL, boundStack, isBounded } from '../../src/swarm/bound.ts';

const BOUNDS = hostBounds({ pids: 100, memoryMiB: 64, logMiB: 2, logFiles: 2 });

function bounded(service: Service) {
  const stack: Stack = {
    version: '3.8',
    services: { app: service },
    networks: {},
    volumes: {},
    secrets: {},
    configs: {},
  };
  const { stack: after, warnings } = boundStack(stack, BOUNDS);
  const app = after.services['app'] ?? {};
  return { app, limits: app.deploy?.resources?.['limits'], logging: app['logging'], warnings };
}

describe('the limits of a container', () => {
  test('are the bounds where a recipe says nothing, and nobody has to be told', () => {
    const { app, limits, logging, warnings } = bounded({ image: 'app' });
    expect(limits).toEqual({ memory: String(64 * 1024 ** 2), pids: 100 });
    expect(logging).toEqual({ driver: 'json-file', options: { 'max-size': '2m', 'max-file': '2' } });
    expect(warnings).toEqual([]);
    expect(app.deploy?.labels).toEqual({ [BOUNDS_LABEL]: 'memory,pids' });
    expect([isBounded(app, 'memory'), isBounded(app, 'pids')]).toEqual([true, true]);
  });

  test('are the recipe’s where they are lower, and then they are its own', () => {
    const resources = { limits: { memory: '32M', pids: 10, cpus: '0.5' }, reservations: { memory: '16M' } };
    const { app, limits, warnings } = bounded({ deploy: { resources } });
    expect(limits).toEqual(resources.limits);
    expect(app.deploy?.resources?.['reservations']).toEqual(resources.reservations);
    expect([isBounded(app, 'memory'), isBounded(app, 'pids')]).toEqual([false, false]);
    expect(warnings).toEqual([]);
  });

  test('are lowered where a recipe asks for more, and the verdict says so', () => {
    const { limits, warnings } = bounded({ deploy: { resources: { limits: { memory: '8G', pids: 5000 } } } });
    expect(limits).toEqual({ memory: String(64 * 1024 ** 2), pids: 100 });
    expect(warnings).toEqual([
      'app: it asks for 8.0 GiB of memory, and gets 64.0 MiB, cc-ci’s bound',
      'app: it asks for 5000 processes, and gets 100, cc-ci’s bound',
    ]);
  });

  test.each([{ memory: '0', pids: 0 }, { memory: '-1', pids: -1 }, {}])(
    'mean the bound where they mean no limit: %j',
    (limits) => {
      expect(bounded({ deploy: { resources: { limits } } }).limits).toMatchObject({ pids: 100, memory: '67108864' });
    },
  );

  test('are ours whatever a recipe says of them in our label', () => {
    expect(bounded({ deploy: { labels: { [BOUNDS_LABEL]: '' } } }).app.deploy?.labels?.[BOUNDS_LABEL]).toBe(
      'memory,pids',
    );
  });
});

describe('the log of a container', () => {
  test.each([
    [{ driver: '' }, '2m', '2'],
    [{ driver: 'json-file' }, '2m', '2'],
    [{ driver: 'local', options: { 'max-size': '-1' } }, '2m', '2'],
    [{ driver: 'json-file', options: { 'max-size': '500g', 'max-file': '99' } }, '2m', '2'],
    [{ driver: 'json-file', options: { 'max-size': 'much', 'max-file': 'many' } }, '2m', '2'],
    [{ driver: 'json-file', options: { 'max-size': '1m', 'max-file': '1' } }, '1m', '1'],
  ])('has its size and its files bounded: %j', (logging, size, files) => {
    expect(bounded({ logging }).logging).toMatchObject({ options: { 'max-size': size, 'max-file': files } });
  });

  test('is left to a driver that keeps it elsewhere', () => {
    expect(bounded({ logging: { driver: 'syslog' } }).logging).toEqual({ driver: 'syslog' });
  });
});
