import { expect, test } from 'vitest';
import type { ApiPort, ApiService, ApiTask } from '../../src/swarm/api-types.ts';
import { publishedPorts } from '../../src/swarm/published-ports.ts';

const service = (ID: string, ...ports: ApiPort[]) => ({ ID, Endpoint: { Ports: ports } }) as unknown as ApiService;
const task = (
  ServiceID: string,
  container: string,
  more: { state?: string; desired?: string; ports?: ApiPort[] } = {},
) =>
  ({
    ServiceID,
    CreatedAt: container,
    DesiredState: more.desired ?? 'running',
    Status: {
      State: more.state ?? 'running',
      ContainerStatus: { ContainerID: container },
      PortStatus: { Ports: more.ports ?? [] },
    },
  }) as unknown as ApiTask;
const bridge = { Containers: { c1: { IPv4Address: '172.18.0.3/16' }, c2: { IPv4Address: '172.18.0.4/16' } } };

const host: ApiPort = { Protocol: 'tcp', TargetPort: 80, PublishedPort: 8080, PublishMode: 'host' };
const ingress: ApiPort = { Protocol: 'tcp', TargetPort: 22, PublishedPort: 2222, PublishMode: 'ingress' };

test('ports of the host are the tasks’ own, and ports of the ingress those of the service; the newest task comes first', () => {
  const tasks = [task('a', 'c1', { ports: [host] }), task('a', 'c2', { ports: [host, host] })];
  expect(publishedPorts([service('a', ingress, host)], tasks, bridge)).toEqual([
    { published: 2222, address: '172.18.0.4', port: 22 },
    { published: 8080, address: '172.18.0.4', port: 80 },
    { published: 2222, address: '172.18.0.3', port: 22 },
    { published: 8080, address: '172.18.0.3', port: 80 },
  ]);
});

test.each<[string, ApiService[], ApiTask[]]>([
  [
    'a UDP port',
    [service('a', { ...ingress, Protocol: 'udp' })],
    [task('a', 'c1', { ports: [{ ...host, Protocol: 'udp' }] })],
  ],
  ['no task at all', [service('a', ingress, host)], []],
  ['a task that is not running yet', [service('a', ingress)], [task('a', 'c1', { state: 'starting', ports: [host] })]],
  ['a task that is to stop', [service('a', ingress)], [task('a', 'c1', { desired: 'shutdown', ports: [host] })]],
  ['a port of the host that the task did not get', [service('a', host)], [task('a', 'c1')]],
  [
    'a task of another node, or of the host’s own network',
    [service('a', ingress)],
    [task('a', 'c9', { ports: [host] })],
  ],
  ['a task of another service', [service('a', ingress)], [task('b', 'c1', { ports: [host] })]],
])('%s leads nowhere', (_what, services, tasks) => {
  expect(publishedPorts(services, tasks, bridge)).toEqual([]);
  expect(publishedPorts(services, tasks, undefined)).toEqual([]);
});
