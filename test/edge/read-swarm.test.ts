import { describe, expect, test } from 'vitest';
import { traefikEdge } from '../../src/edge/find-edge.ts';
import { viewOf } from '../../src/edge/router/read-swarm.ts';
import type { ApiNetwork, ApiService, ApiTask } from '../../src/swarm/api-types.ts';

const networks: ApiNetwork[] = [
  { Id: 'p', Name: 'proxy', Driver: 'overlay', Scope: 'swarm' },
  { Id: 'i', Name: 'one_internal', Driver: 'overlay', Scope: 'swarm' },
];

function service(id: string, labels: Readonly<Record<string, string>>): ApiService {
  return {
    ID: id,
    Version: { Index: 1 },
    CreatedAt: '',
    UpdatedAt: '',
    Spec: { Name: `one_${id}`, Labels: labels, TaskTemplate: {} },
  };
}

function task(serviceId: string, state: string, attached: Readonly<Record<string, string>>): ApiTask {
  return {
    ID: `${serviceId}-${state}`,
    ServiceID: serviceId,
    CreatedAt: '',
    DesiredState: 'running',
    Spec: {},
    Status: { State: state, Timestamp: '' },
    NetworksAttachments: Object.entries(attached).map(([id, address]) => ({
      Network: { ID: id },
      Addresses: [`${address}/24`],
    })),
  };
}

const ENABLED = { 'traefik.enable': 'true' };
const view = (services: ApiService[], tasks: ApiTask[]) => viewOf(services, tasks, networks, 'proxy', 'v3');

describe('what the router sees of the Swarm', () => {
  test('only services that ask for it', () => {
    const services = [service('a', ENABLED), service('b', {}), service('c', { 'traefik.enable': 'false' })];
    const tasks = ['a', 'b', 'c'].map((id) => task(id, 'running', { p: '10.10.0.5' }));
    expect(view(services, tasks).services.map(({ name }) => name)).toEqual(['one_a']);
  });

  test('tasks that run, by their address on the proxy network', () => {
    const tasks = [task('a', 'running', { i: '10.0.9.5', p: '10.10.0.5' }), task('a', 'starting', { p: '10.10.0.6' })];
    expect(view([service('a', ENABLED)], tasks)).toMatchObject({
      services: [{ addresses: ['10.10.0.5'] }],
      pending: true,
    });
    expect(view([service('a', ENABLED)], tasks.slice(0, 1)).pending).toBe(false);
  });

  test('no address where the labels choose a network that the proxy is not on', () => {
    const labels = { ...ENABLED, 'traefik.docker.network': 'one_internal' };
    const tasks = [task('a', 'running', { i: '10.0.9.5', p: '10.10.0.5' })];
    expect(view([service('a', labels)], tasks).services[0]?.addresses).toEqual([]);
    const unknown = { ...ENABLED, 'traefik.docker.network': 'elsewhere' };
    expect(view([service('a', unknown)], tasks).services[0]?.addresses).toEqual(['10.10.0.5']);
  });
});

describe('a Traefik is known by its image and port 443', () => {
  const ports = [{ target: 443, published: 443 }];
  test.each<[string, string | undefined]>([
    ['traefik:v2.11.2', 'v2'],
    ['traefik:v3.1@sha256:abc', 'v3'],
    ['docker.example/library/traefik:3.7', 'v3'],
    ['traefik', 'v3'],
    ['traefik:latest', 'v3'],
    ['not-traefik:v2', undefined],
    ['traefik/whoami:v1.10', undefined],
  ])('%s', (image, version) => {
    expect(traefikEdge(image, ports, 'v3')?.traefik).toBe(version);
    expect(traefikEdge(image, [{ target: 443, published: 8443 }], 'v3')).toBeUndefined();
  });
});
