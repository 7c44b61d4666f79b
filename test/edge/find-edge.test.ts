import { describe, expect, test } from 'vitest';
import { findRouter, findTraefik } from '../../src/edge/find-edge.ts';
import type { ApiContainerSummary, ApiService } from '../../src/swarm/api-types.ts';

function service(name: string, labels: Readonly<Record<string, string>>, image = 'cc-ci/router:1'): ApiService {
  return {
    ID: name,
    Version: { Index: 1 },
    CreatedAt: '',
    UpdatedAt: '',
    Spec: {
      Name: name,
      Labels: labels,
      TaskTemplate: { ContainerSpec: { Image: image } },
      EndpointSpec: { Ports: [{ TargetPort: 443, PublishedPort: 443 }] },
    },
  };
}

const engineWith = (services: readonly ApiService[], containers: readonly ApiContainerSummary[] = []) => ({
  services: () => Promise.resolve([...services]),
  containers: () => Promise.resolve([...containers]),
});

const MANAGED = { 'cc-ci.managed': 'router' };

describe('the router of this host', () => {
  test('is the service of that name, whatever else says that it is one', async () => {
    const ours = service('cc-ci_router', MANAGED);
    const others = [service('app_ci_test_evil', MANAGED), service('cc-ci_router2', MANAGED)];
    expect(await findRouter(engineWith([...others, ours]))).toBe(ours);
    expect(await findRouter(engineWith(others))).toBeUndefined();
  });

  test('is in no stack: one that is named cc-ci has a service of that name', async () => {
    const evil = service('cc-ci_router', { ...MANAGED, 'com.docker.stack.namespace': 'cc-ci' });
    expect(await findRouter(engineWith([evil]))).toBeUndefined();
  });
});

test('a Traefik that a run has deployed is not the proxy of this host', async () => {
  const run = { 'cc-ci.run': 'one' };
  const tested = service('t_app', run, 'traefik:v3.1');
  const container = { Id: 'c', Image: 'traefik:v3.1', Labels: run, Ports: [{ PrivatePort: 443, PublicPort: 443 }] };
  expect(await findTraefik(engineWith([tested], [container as unknown as ApiContainerSummary]), 'v3')).toBeUndefined();
  expect(await findTraefik(engineWith([service('traefik_app', {}, 'traefik:v3.1')]), 'v2')).toMatchObject({
    traefik: 'v3',
  });
});
