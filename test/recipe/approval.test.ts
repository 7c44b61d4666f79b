import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stackReach } from '../../src/recipe/approval/stack-reach.ts';
import { readDocument } from '../../src/recipe/compose/document.ts';
import type { Network, Service, Stack, Volume } from '../../src/recipe/compose/types.ts';

const OWNER = { stackName: 'wiki_ci', proxyNetwork: 'proxy' };
const stackOf = (service: Service, more: Partial<Stack> = {}): Stack => ({
  version: '3.8',
  services: { app: service },
  networks: {},
  volumes: {},
  secrets: {},
  configs: {},
  ...more,
});
const idsOf = (service: Service, more: Partial<Stack> = {}) =>
  stackReach(stackOf(service, more), OWNER).map(({ id }) => id);
const bind = (source: string, read_only = false): Service => ({
  volumes: [{ type: 'bind', source, target: '/x', read_only }],
});
const volume = (value: Volume) => idsOf({}, { volumes: { data: value } });
const network = (value: Network) => idsOf({}, { networks: { other: value } });

describe('what reaches beyond its stack', () => {
  test.each<[string, Service, string]>([
    ['all rights', { privileged: true }, 'services.app.privileged=true'],
    ['the Engine', bind('/var/run/docker.sock', true), 'services.app.volumes=/var/run/docker.sock:/x:ro'],
    ['a directory of the host', bind('/srv'), 'services.app.volumes=/srv:/x:rw'],
    ['the time of the host, to be written', bind('/etc/localtime'), 'services.app.volumes=/etc/localtime:/x:rw'],
    ['the host’s network', { network_mode: 'host' }, 'services.app.network_mode=host'],
    ['the host’s processes', { pid: 'host' }, 'services.app.pid=host'],
    ['the memory of another', { ipc: 'container:x' }, 'services.app.ipc=container:x'],
    ['the host’s users', { userns_mode: 'host' }, 'services.app.userns_mode=host'],
    ['a capability', { cap_add: ['SYS_ADMIN'] }, 'services.app.cap_add=SYS_ADMIN'],
    ['a device', { devices: ['/dev/kvm'] }, 'services.app.devices=/dev/kvm'],
    ['a sysctl', { sysctls: { 'net.core.somaxconn': '1' } }, 'services.app.sysctls={"net.core.somaxconn":"1"}'],
    ['limits of its own', { ulimits: { nofile: 9 } }, 'services.app.ulimits={"nofile":9}'],
    ['a port', { ports: [{ target: 22, published: 22, protocol: 'tcp' }] }, 'services.app.ports=22:22/tcp'],
    ['a port of any number', { ports: [{ target: 80 }] }, 'services.app.ports=:80/tcp'],
    ['a port of the host', { ports: [{ target: 1, published: 2, mode: 'host' }] }, 'services.app.ports=2:1/tcp/host'],
    ['many at once', { deploy: { replicas: 100_000 } }, 'services.app.deploy.replicas=100000'],
    ['one on each machine', { deploy: { mode: 'global' } }, 'services.app.deploy.mode=global'],
    ['a host name', { hostname: 'shop_app' }, 'services.app.hostname=shop_app'],
    [
      'names of hosts',
      { extra_hosts: ['git.example.com:10.0.0.1'] },
      'services.app.extra_hosts=git.example.com:10.0.0.1',
    ],
    ['a name server', { dns: ['10.0.0.1'] }, 'services.app.dns=10.0.0.1'],
    ['a stop without end', { stop_grace_period: '999h0m0s' }, 'services.app.stop_grace_period=999h0m0s'],
    ['isolation', { isolation: 'process' }, 'services.app.isolation=process'],
    [
      'credentials of the host',
      { credential_spec: { file: 'x.json' } },
      'services.app.credential_spec={"file":"x.json"}',
    ],
    [
      'memory without a bound',
      { volumes: [{ type: 'tmpfs', target: '/x' }] },
      'services.app.volumes={"target":"/x","type":"tmpfs"}',
    ],
    ['much memory', { tmpfs: ['/x:size=100g'] }, 'services.app.tmpfs=/x:size=100g'],
    [
      'memory set aside',
      { deploy: { resources: { reservations: { memory: '99000000000' } } } },
      'services.app.deploy.resources.reservations.memory="99000000000"',
    ],
    [
      'a volume of the cluster',
      { volumes: [{ type: 'cluster', source: 'data', target: '/x' }] },
      'services.app.volumes={"source":"data","target":"/x","type":"cluster"}',
    ],
    [
      'an address of its choice',
      { networks: { inner: { ipv4_address: '10.0.0.1' } } },
      'services.app.networks.inner.ipv4_address=10.0.0.1',
    ],
    [
      'a label of the Engine',
      { deploy: { labels: { 'com.docker.stack.namespace': 'shop' } } },
      'services.app.deploy.labels.com.docker.stack.namespace=shop',
    ],
    [
      'a log without end',
      { logging: { driver: 'json-file', options: { 'max-size': '900g' } } },
      'services.app.logging.options.max-size=900g',
    ],
    ['no confinement', { security_opt: ['seccomp:unconfined'] }, 'services.app.security_opt=seccomp:unconfined'],
    ['a server of logs', { logging: { driver: 'gelf' } }, 'services.app.logging.driver=gelf'],
    [
      'one machine',
      { deploy: { placement: { constraints: ['node.hostname == db1'] } } },
      'services.app.deploy.placement.constraints="node.hostname == db1"',
    ],
  ])('%s needs approval', (_what, service, id) => {
    expect(idsOf(service)).toEqual([id]);
  });

  test.each<[string, readonly string[], string]>([
    ['a volume of another app', volume({ external: true, name: 'shop_data' }), 'volumes.data.external=shop_data'],
    ['a volume named alike everywhere', volume({ name: 'data' }), 'volumes.data.name=data'],
    ['an external volume', volume({ external: true }), 'volumes.data.external=data'],
    [
      'a volume that is a bind',
      volume({ driver_opts: { type: 'none', o: 'bind', device: '/' } }),
      'volumes.data.driver_opts={"device":"/","o":"bind","type":"none"}',
    ],
    [
      'a volume of a server',
      volume({ driver_opts: { type: 'nfs', device: ':/x' } }),
      'volumes.data.driver_opts={"device":":/x","type":"nfs"}',
    ],
    [
      'a bind that calls itself memory',
      volume({ driver_opts: { type: 'tmpfs', o: 'size=1m,bind', device: '/' } }),
      'volumes.data.driver_opts={"device":"/","o":"size=1m,bind","type":"tmpfs"}',
    ],
    ['a volume of a plugin', volume({ driver: 'rclone' }), 'volumes.data.driver=rclone'],
    [
      'a network of another app',
      network({ external: true, name: 'shop_internal' }),
      'networks.other.external=shop_internal',
    ],
    ['a network of the host', network({ external: true, name: 'host' }), 'networks.other.external=host'],
    [
      'addresses of its choice',
      network({ ipam: { config: [{ subnet: '10.0.0.0/8' }] } }),
      'networks.other.ipam={"config":[{"subnet":"10.0.0.0/8"}]}',
    ],
    [
      'options of a network',
      network({ driver_opts: { encrypted: '1' } }),
      'networks.other.driver_opts={"encrypted":"1"}',
    ],
    ['a network for everybody', network({ attachable: true }), 'networks.other.attachable=true'],
    [
      'a volume of a cluster',
      volume({ 'x-cluster-spec': { group: 'g' } }),
      'volumes.data.x-cluster-spec={"group":"g"}',
    ],
    ['a secret of a plugin', idsOf({}, { secrets: { k: { driver: 'vault' } } }), 'secrets.k.driver=vault'],
    ['a network on the host’s card', network({ driver: 'macvlan' }), 'networks.other.driver=macvlan'],
    ['our proxy’s name without its network', network({ name: 'proxy' }), 'networks.other.name=proxy'],
    [
      'a secret of another app',
      idsOf({}, { secrets: { key: { external: true, name: 'shop_key_v1' } } }),
      'secrets.key.external=shop_key_v1',
    ],
    [
      'a config of another app',
      idsOf({}, { configs: { c: { external: { name: 'shop_c' } } } }),
      'configs.c.external=shop_c',
    ],
  ])('%s needs approval', (_what, ids, id) => {
    expect(ids).toEqual([id]);
  });

  test('an app that keeps to itself needs none', () => {
    expect(
      idsOf(
        {
          volumes: [
            { type: 'volume', source: 'data', target: '/data' },
            { type: 'tmpfs', target: '/tmp', tmpfs: { size: 1_000_000_000 } },
            { type: 'bind', source: '/etc/localtime', target: '/etc/localtime', read_only: true },
          ],
          security_opt: ['no-new-privileges:true'],
          image: 'ghcr.io/wiki/wiki:1',
          environment: { A: '1', B: null },
          entrypoint: ['/x'],
          user: 'root',
          read_only: true,
          tmpfs: ['/run', '/tmp:size=64M,mode=1777'],
          stop_grace_period: '2m0s',
          healthcheck: { test: ['CMD', 'true'], interval: '30s', retries: 3 },
          labels: { 'backupbot.backup': 'true', caddy: 'x' },
          networks: { proxy: { aliases: ['wiki_ci_web'] }, internal: { aliases: ['anything.at.all'] }, more: null },
          logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '10' } },
          deploy: {
            mode: 'replicated',
            replicas: 0,
            labels: { 'traefik.enable': 'true', 'coop-cloud.wiki_ci.version': '1' },
            update_config: { order: 'start-first' },
            restart_policy: { condition: 'on-failure' },
            resources: { limits: { memory: '536870912', cpus: '0.5', pids: 100 }, reservations: { memory: '1024' } },
            placement: { constraints: ['node.platform.os == linux'] },
          },
        },
        {
          volumes: {
            data: { name: 'wiki_ci_data' },
            cache: { driver: 'local', driver_opts: { type: 'tmpfs', device: 'tmpfs', o: 'size=64m,uid=1000,noexec' } },
          },
          networks: { proxy: { external: true, name: 'proxy' }, internal: { driver: 'overlay', internal: true } },
          secrets: { key: { external: true, name: 'wiki_ci_key_v1' } },
          configs: { conf: { name: 'wiki_ci_conf_v2' } },
        },
      ),
    ).toEqual([]);
  });

  test('is named by the file and line that says it, the last file first', () => {
    const first = readDocument('services:\n  app:\n    image: x\n', 'compose.yml');
    const last = readDocument('services:\n  app:\n    # why\n    privileged: true\n', 'compose.host.yml');
    expect(stackReach(stackOf({ privileged: true }), OWNER, [first, last])).toMatchObject([
      { file: 'compose.host.yml', line: 4, service: 'app', key: 'services.app.privileged' },
    ]);
  });

  test('is found whatever stands beside it, and has the same name in every run', () => {
    const extra = fc.record(
      {
        privileged: fc.boolean(),
        cap_add: fc.array(fc.constantFrom('NET_ADMIN', 'SYS_PTRACE')),
        pid: fc.constantFrom('host', 'x'),
        volumes: fc.array(
          fc.record({ type: fc.constantFrom('bind', 'volume'), source: fc.string(), target: fc.string() }),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(extra, fc.stringMatching(/^[a-z]{3,12}$/), (service, stackName) => {
        const found = stackReach(stackOf({ ...service, devices: ['/dev/fuse'] }), { ...OWNER, stackName });
        expect(found.map(({ id }) => id)).toContain('services.app.devices=/dev/fuse');
        const binds = (service.volumes ?? []).filter(({ type }) => type === 'bind').length;
        expect(found.filter(({ key }) => key === 'services.app.volumes')).toHaveLength(binds);
      }),
    );
    const named = (stackName: string) =>
      stackReach(stackOf({}, { secrets: { k: { name: `x${stackName}_k` } } }), { ...OWNER, stackName })[0]?.id;
    expect(named('one')).toBe(named('two'));
  });
});
