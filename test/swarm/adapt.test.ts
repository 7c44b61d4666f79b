import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Service, Stack } from '../../src/recipe/compose/types.ts';
import { adaptStack } from '../../src/swarm/adapt.ts';
import { labelStack, pinToNode } from '../../src/swarm/label.ts';

const stack: Stack = {
  version: '3.8',
  services: {
    app: {
      image: 'app:1',
      networks: { proxy: null },
      ports: [
        { mode: 'ingress', target: 80, published: 8080, protocol: 'tcp' },
        { mode: 'host', target: 81, published: 8081, protocol: 'tcp' },
      ],
      deploy: { update_config: { order: 'start-first', monitor: '5s' }, labels: { 'traefik.enable': 'true' } },
    },
    db: { image: 'db:1', labels: { own: 'yes' } },
  },
  networks: { proxy: { external: true } },
  volumes: { data: {}, far: { external: { name: 'elsewhere' } } },
  secrets: { pw: { external: true, name: 'st_pw_v1' } },
  configs: { conf: { file: '/r/conf', name: 'st_conf_v1' } },
};

const anyService: fc.Arbitrary<Service> = fc.record(
  {
    image: fc.constantFrom('app:1', 'db:1'),
    ports: fc.array(
      fc.record({
        mode: fc.constantFrom('ingress', 'host'),
        target: fc.integer({ min: 1, max: 65_535 }),
        published: fc.integer({ min: 1, max: 65_535 }),
        protocol: fc.constantFrom('tcp', 'udp'),
      }),
      { maxLength: 3 },
    ),
    deploy: fc.record(
      {
        mode: fc.constantFrom('replicated', 'global'),
        replicas: fc.integer({ min: 0, max: 3 }),
        endpoint_mode: fc.constantFrom('vip', 'dnsrr'),
        update_config: fc.record({ order: fc.constantFrom('start-first', 'stop-first') }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['image'] },
);
const anyStack: fc.Arbitrary<Stack> = fc
  .dictionary(fc.constantFrom('app', 'db', 'cache'), anyService)
  .map((services) => ({ ...stack, services }));

describe('adaptStack', () => {
  test('changes nothing at all on a kernel with IPVS, whatever the stack', () => {
    fc.assert(
      fc.property(anyStack, (any) => {
        const adapted = adaptStack(any, { ipvs: true });
        expect(adapted.stack).toBe(any);
        expect(adapted).toMatchObject({ adaptations: [], warnings: [] });
      }),
    );
  });

  test('without IPVS needs no virtual address and no ingress port, and says every change, whatever the stack', () => {
    fc.assert(
      fc.property(anyStack, (any) => {
        const { stack: adapted, adaptations } = adaptStack(any, { ipvs: false });
        for (const [name, service] of Object.entries(adapted.services)) {
          expect(service.deploy?.endpoint_mode).toBe('dnsrr');
          expect(service.ports?.every(({ mode }) => mode === 'host') ?? true).toBe(true);
          const changed = JSON.stringify(service) !== JSON.stringify(any.services[name]);
          expect(adaptations.some((adaptation) => adaptation.service === name)).toBe(changed);
        }
      }),
    );
  });

  test('has nothing left to do for a stack that it has adapted', () => {
    fc.assert(
      fc.property(anyStack, (any) => {
        const once = adaptStack(any, { ipvs: false });
        expect(adaptStack(once.stack, { ipvs: false })).toMatchObject({ stack: once.stack, adaptations: [] });
      }),
    );
  });

  test('without IPVS names resolve to tasks and ingress ports open on the host', () => {
    const { stack: adapted, adaptations, warnings } = adaptStack(stack, { ipvs: false });
    expect(Object.values(adapted.services).map(({ deploy }) => deploy?.endpoint_mode)).toEqual(['dnsrr', 'dnsrr']);
    expect(adapted.services['app']?.ports?.map(({ mode, published }) => [mode, published])).toEqual([
      ['host', 8080],
      ['host', 8081],
    ]);
    expect(adaptations.map(({ service, change }) => `${service} ${change}`)).toEqual([
      'app endpoint-mode-dnsrr',
      'app ingress-port-to-host-port',
      'app update-order-stop-first',
      'db endpoint-mode-dnsrr',
    ]);
    expect(warnings).toHaveLength(1);
  });

  test('an update that would need the host port twice stops the old task first; other settings of it stay', () => {
    const { stack: adapted } = adaptStack(stack, { ipvs: false });
    expect(adapted.services['app']?.deploy?.update_config).toEqual({ order: 'stop-first', monitor: '5s' });
  });

  test('leaves the given stack as it was', () => {
    const before = structuredClone(stack);
    adaptStack(stack, { ipvs: false });
    expect(stack).toEqual(before);
  });

  test('warns of replicas that cannot share a host port', () => {
    const app = { ...stack.services['app'], deploy: { replicas: 2 } };
    const { warnings } = adaptStack({ ...stack, services: { app } }, { ipvs: false });
    expect(warnings.join()).toMatch(/2 replicas/);
  });
});

describe('labelStack', () => {
  const labelled = labelStack(stack, { runId: 'r1', recipe: 'notes', expires: 1700000000.9 });
  const ours = { 'cc-ci.run': 'r1', 'cc-ci.recipe': 'notes', 'cc-ci.expires': '1700000000' };

  test('marks services twice (for the service and for its containers) and keeps what was there', () => {
    expect(labelled.services['app']?.deploy?.labels).toEqual({ 'traefik.enable': 'true', ...ours });
    expect(labelled.services['db']?.labels).toEqual({ own: 'yes', ...ours });
  });

  test('marks own volumes, configs and the implicit network, and nothing external', () => {
    expect(labelled.volumes['data']?.labels).toEqual(ours);
    expect(labelled.configs['conf']?.labels).toEqual(ours);
    expect(labelled.networks['default']?.labels).toEqual(ours);
    expect(labelled.networks['proxy']).toEqual({ external: true });
    expect(labelled.volumes['far']).toEqual({ external: { name: 'elsewhere' } });
    expect(labelled.secrets['pw']).toEqual({ external: true, name: 'st_pw_v1' });
  });

  test('marks the implicit network also where a `network_mode` seems to rule it out: the CLI makes it all the same', () => {
    const app = { image: 'app:1', network_mode: 'host' };
    const result = labelStack({ ...stack, services: { app } }, { runId: 'r1', recipe: 'notes', expires: 1 });
    expect(result.networks['default']?.labels).toMatchObject({ 'cc-ci.run': 'r1' });
  });

  test('writes out no default network where nobody uses it', () => {
    const app = { image: 'app:1', networks: { proxy: null } };
    const result = labelStack({ ...stack, services: { app } }, { runId: 'r1', recipe: 'notes', expires: 1 });
    expect(Object.keys(result.networks)).toEqual(['proxy']);
  });

  test('a recipe cannot take our labels over', () => {
    const app = { image: 'app:1', labels: { 'cc-ci.run': 'other' } };
    const result = labelStack({ ...stack, services: { app } }, { runId: 'r1', recipe: 'notes', expires: 1 });
    expect(result.services['app']?.labels?.['cc-ci.run']).toBe('r1');
  });
});

describe('pinToNode', () => {
  test('does nothing on a single node', () => {
    expect(pinToNode(stack, { nodeId: 'n1', nodes: 1 })).toBe(stack);
  });

  test('adds to the constraints that are there', () => {
    const app = { image: 'a', deploy: { placement: { constraints: ['node.role == manager'] } } };
    const pinned = pinToNode({ ...stack, services: { app } }, { nodeId: 'n1', nodes: 3 });
    expect(pinned.services['app']?.deploy?.placement).toEqual({
      constraints: ['node.role == manager', 'node.id == n1'],
    });
  });
});
