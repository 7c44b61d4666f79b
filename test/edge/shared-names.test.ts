import { describe, expect, test } from 'vitest';
import { addressesOn } from '../../src/edge/observe-strangers.ts';
import { findSharedNames, sharedNameWarning } from '../../src/edge/shared-names.ts';
import type { Service, Stack } from '../../src/recipe/compose/types.ts';
import type { ApiService, ApiTask } from '../../src/swarm/api-types.ts';

const NETWORK = { id: 'n-proxy', name: 'proxy' };

function stack(web: Partial<Service>): Stack {
  return {
    version: '3.8',
    services: { web: { networks: { proxy: null, inner: null }, ...web }, api: { networks: { inner: null } } },
    networks: { proxy: { external: true }, inner: {} },
    volumes: {},
    secrets: {},
    configs: {},
  };
}

function swarmService(name: string, aliases: readonly string[], network = NETWORK.id): ApiService {
  const template = { Networks: [{ Target: network, Aliases: aliases }] };
  return {
    ID: `id-${name}`,
    Version: { Index: 1 },
    CreatedAt: '',
    UpdatedAt: '',
    Spec: { Name: name, TaskTemplate: template },
  };
}

function find(web: Partial<Service>, services: readonly ApiService[], configTexts = {}) {
  return findSharedNames({ stack: stack(web), stackName: 'mine', services, network: NETWORK, configTexts });
}

const OTHER = swarmService('other_api', ['api']);
const FOUND = [{ service: 'web', name: 'api', stranger: 'other_api' }];

describe('a sibling that another stack names as well is found where it is asked for', () => {
  test.each<[string, Partial<Service>]>([
    ['by a variable', { environment: { API_HOST: 'api' } }],
    ['in a list', { environment: { HOSTS: 'cache,api' } }],
    ['in a URL', { environment: { API: 'http://api/v1' } }],
    ['with a user', { environment: { API: 'postgres://me@api/db' } }],
    ['with a port', { command: ['sh', '-c', 'wait-for api:3000 && start'] }],
  ])('%s', (_, web) => {
    expect(find(web, [OTHER])).toEqual(FOUND);
  });

  test('in a config', () => {
    expect(find({}, [OTHER], { web: 'proxy_pass http://api:3000;' })).toEqual(FOUND);
  });
});

describe('nothing is found', () => {
  test.each<[string, Partial<Service>, ApiService]>([
    ['where the name is only part of a word', { environment: { A: 'http://api.example.com', B: '/srv/api' } }, OTHER],
    ['in a service of the own stack', { environment: { A: 'api' } }, swarmService('mine_api', ['api'])],
    ['on another network', { environment: { A: 'api' } }, swarmService('other_api', ['api'], 'n-else')],
    ['where the asker is not on the shared network', { environment: { A: 'api' }, networks: { inner: null } }, OTHER],
    ['for its own name', { environment: { A: 'web' } }, swarmService('other_web', ['web'])],
  ])('%s', (_, web, service) => {
    expect(find(web, [service])).toEqual([]);
  });
});

test('the warning says who may be asked instead', () => {
  expect(FOUND.map((one) => sharedNameWarning(one, 'proxy'))).toEqual([
    'web: asks for api, which on the network proxy is also a name of other_api: requests may go astray',
  ]);
});

test('addresses of a service are those of its tasks and its virtual one, on that network only', () => {
  const service = {
    ...OTHER,
    Endpoint: {
      VirtualIPs: [
        { NetworkID: NETWORK.id, Addr: '10.0.1.5/24' },
        { NetworkID: 'n-else', Addr: '10.9.0.5/24' },
      ],
    },
  };
  const task: ApiTask = {
    ID: 't',
    ServiceID: service.ID,
    CreatedAt: '',
    DesiredState: 'running',
    Spec: {},
    Status: { State: 'running', Timestamp: '' },
    NetworksAttachments: [{ Network: { ID: NETWORK.id }, Addresses: ['10.0.1.6/24'] }],
  };
  expect(addressesOn(service, [task, { ...task, ServiceID: 'else' }], NETWORK.id)).toEqual(['10.0.1.5', '10.0.1.6']);
});
