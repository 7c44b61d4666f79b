import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stackReach } from '../../../src/recipe/approval/stack-reach.ts';
import { STACK_FILE } from '../../../src/recipe/compose/format.ts';
import type { Rule, StructRule } from '../../../src/recipe/compose/rules.ts';
import type { Service, Stack } from '../../../src/recipe/compose/types.ts';

const OWNER = { stackName: 'wiki_ci', proxyNetwork: 'proxy' };

/** What a service, and what each kind of object may say, as far as any value of it is harmless. */
const MAY_BE_HARMLESS = {
  services: [
    'build',
    'cap_drop',
    'command',
    'configs',
    'container_name',
    'depends_on',
    'deploy',
    'entrypoint',
    'env_file',
    'environment',
    'expose',
    'healthcheck',
    'image',
    'init',
    'labels',
    'logging',
    'networks',
    'read_only',
    'restart',
    'secrets',
    'security_opt',
    'stdin_open',
    'stop_grace_period',
    'stop_signal',
    'tmpfs',
    'tty',
    'user',
    'volumes',
    'working_dir',
  ],
  networks: ['driver', 'external', 'internal', 'labels', 'name'],
  volumes: ['driver', 'driver_opts', 'external', 'labels', 'name'],
  secrets: ['external', 'file', 'labels', 'name', 'template_driver'],
  configs: ['external', 'file', 'labels', 'name', 'template_driver'],
} as const;
type Section = keyof typeof MAY_BE_HARMLESS;
const SECTIONS = Object.keys(MAY_BE_HARMLESS) as readonly Section[];

const HARMLESS: Service = {
  image: 'nginx:1',
  networks: { proxy: null, inner: { aliases: ['db'] } },
  deploy: { replicas: 1, labels: { a: 'b' } },
  volumes: [{ type: 'volume', source: 'data', target: '/data' }],
};

function stackWith(section: Section, over: Readonly<Record<string, unknown>>): Stack {
  const all = {
    services: { app: HARMLESS },
    networks: { proxy: { external: true, name: 'proxy' }, inner: { driver: 'overlay' } },
    volumes: { data: { labels: { a: 'b' } } },
    secrets: { key: { external: true, name: 'wiki_ci_key_v1' } },
    configs: { conf: { file: '/checkout/conf' } },
  };
  const [first = ''] = Object.keys(all[section]);
  const changed = { ...all[section], [first]: { ...Object.values(all[section])[0], ...over } };
  // Keys that the type does not know are what this is about.
  return { version: '3.8', ...all, [section]: changed };
}

const idsOf = (stack: Stack, owner = OWNER) => stackReach(stack, owner).map(({ id }) => id);
const saying = fc.jsonValue({ maxDepth: 2 }).filter((value) => value !== null && JSON.stringify(value) !== '[]');

describe('a list of what is harmless', () => {
  test('finds nothing in what is used to begin with', () => {
    for (const section of SECTIONS) expect(idsOf(stackWith(section, {}))).toEqual([]);
  });

  test.each(SECTIONS)('has a finding for each key of %s that is not on it, whatever it says', (section) => {
    const known = new Set<string>(MAY_BE_HARMLESS[section]);
    const formats = keysOf(STACK_FILE, section).filter((key) => !known.has(key));
    expect(formats.length + known.size).toBeGreaterThanOrEqual(5);
    const key = fc
      .oneof(fc.constantFrom(...formats, 'gpus', 'oom_score_adj', 'provider'), fc.stringMatching(/^[a-z_]{1,12}$/))
      .filter((one) => !known.has(one));
    fc.assert(
      fc.property(key, saying, (one, value) => {
        expect(idsOf(stackWith(section, { [one]: value })).join('\n')).toContain(`.${one}=`);
      }),
    );
  });

  test('has a finding for each key below `deploy`, a network, a mount, a log and the limits that is not on it', () => {
    const key = fc.stringMatching(/^zz[a-z_]{1,12}$/);
    fc.assert(
      fc.property(key, saying, (one, value) => {
        const more = { [one]: value };
        const places: readonly Service[] = [
          { deploy: more },
          { deploy: { update_config: more } },
          { deploy: { resources: more } },
          { deploy: { resources: { limits: more } } },
          { deploy: { resources: { reservations: more } } },
          { deploy: { restart_policy: more } },
          { deploy: { placement: more } },
          { healthcheck: more },
          { networks: { inner: more } },
          { volumes: [{ type: 'volume', source: 'data', target: '/x', ...more }] },
          { volumes: [{ type: 'volume', source: 'data', target: '/x', volume: more }] },
          { volumes: [{ type: 'tmpfs', target: '/x', tmpfs: { size: 1, ...more } }] },
          { volumes: [{ type: 'bind', source: '/etc/localtime', target: '/x', read_only: true, ...more }] },
          { secrets: [{ source: 'key', ...more }] },
          { logging: more },
          { logging: { driver: 'local', options: more as Readonly<Record<string, string>> } },
        ];
        for (const service of places)
          expect(idsOf(stackWith('services', service)), JSON.stringify(service)).not.toEqual([]);
      }),
    );
  });

  test('gives each value a finding of its own: an approval of one is none of another', () => {
    const pairs = fc
      .tuple(saying, saying)
      .filter(
        ([one, other]) => JSON.stringify(one) !== JSON.stringify(other) && !Array.isArray(one) && !Array.isArray(other),
      );
    fc.assert(
      fc.property(fc.constantFrom('gpus', 'userns_mode', 'ulimits', 'hostname'), pairs, (key, [one, other]) => {
        const [left, right] = [one, other].map((value) => idsOf(stackWith('services', { [key]: value })));
        expect(left).toHaveLength(1);
        expect(left).not.toEqual(right);
      }),
    );
  });

  test.each<[string, Service, Service]>([
    [
      'read and write',
      { volumes: [{ type: 'bind', source: '/srv', target: '/x', read_only: true }] },
      { volumes: [{ type: 'bind', source: '/srv', target: '/x' }] },
    ],
    ['two ports', { ports: [{ target: 22, published: 22 }] }, { ports: [{ target: 22, published: 23 }] }],
    [
      'tcp and udp',
      { ports: [{ target: 22, published: 22 }] },
      { ports: [{ target: 22, published: 22, protocol: 'udp' }] },
    ],
    ['two registries', { image: 'localhost:5000/x' }, { image: 'localhost:5001/x' }],
    ['a text and a number', { hostname: '1' }, { hostname: 1 as unknown as string }],
    [
      'an option and a text that looks like two',
      { logging: { driver: 'gelf', options: { a: '1', b: '2' } } },
      { logging: { driver: 'gelf', options: { a: '1,b=2' } } },
    ],
    [
      'a mount and one whose path holds its colon',
      { volumes: [{ type: 'bind', source: '/a', target: '/b:/c' }] },
      { volumes: [{ type: 'bind', source: '/a:/b', target: '/c' }] },
    ],
    ['the stack’s own name and the words that stand for it', { hostname: 'wiki_ci' }, { hostname: '${STACK_NAME}' }],
  ])('%s are two findings', (_what, one, other) => {
    expect(idsOf(stackWith('services', one))).not.toEqual(idsOf(stackWith('services', other)));
  });

  test('shortens a long value and tells a long list as one, and is still of that value alone', () => {
    const long = (end: string) => idsOf(stackWith('services', { hostname: `${'x'.repeat(5000)}${end}` }));
    expect(long('a')[0]?.length).toBeLessThan(200);
    expect(long('a')).not.toEqual(long('b'));
    const ports = (last: number) =>
      stackReach(
        stackWith('services', {
          ports: Array.from({ length: last }, (_, index) => ({ target: 1, published: index + 1 })),
        }),
        OWNER,
      );
    const [all, ...more] = ports(65_535);
    expect(more).toEqual([]);
    expect(all?.sentence).toMatch(/^app publishes a port of the host: 65535 times, /);
    expect(all?.sentence.length).toBeLessThan(300);
    expect(all?.id).not.toBe(ports(65_534)[0]?.id);
  });

  test('takes what a newer version of an image is for the same, and no other image of its registry', () => {
    const of = (image: string) => idsOf(stackWith('services', { image }));
    expect(of('localhost:5000/x:1')).toEqual(of('localhost:5000/x:2'));
    expect(of('localhost:5000/x:1')).not.toEqual(of('localhost:5000/y:1'));
  });
});

describe('a name on a network that others are on', () => {
  const named = (name: string, networks: Service['networks']) =>
    idsOf({ ...stackWith('services', {}), services: { [name]: { ...HARMLESS, networks: networks ?? {} } } });

  test('is free where it is bare or begins with the stack’s, and on networks of its own', () => {
    expect(named('web-1', { proxy: { aliases: ['wiki_ci_web', 'wiki_ci-web'] } })).toEqual([]);
    expect(named('shop_app', { inner: { aliases: ['git.example.com'] } })).toEqual([]);
    expect(named('shop_app', undefined)).toEqual([]);
  });

  test('is a finding where it may be that of another stack’s service or of a host', () => {
    expect(named('app', { proxy: { aliases: ['shop_app', 'db', 'git.example.com'] } })).toEqual([
      'services.app.networks.proxy.aliases=shop_app',
      'services.app.networks.proxy.aliases=db',
      'services.app.networks.proxy.aliases=git.example.com',
    ]);
    expect(named('shop_app', { proxy: null })).toEqual(['services.shop_app.networks.proxy=shop_app']);
    expect(named('git.example.com', { proxy: null })).toEqual([
      'services.git.example.com.networks.proxy=git.example.com',
    ]);
  });
});

function keysOf(format: StructRule, section: Section): readonly string[] {
  const rule = format.keys.get(section)?.rule;
  return rule?.is === 'map' ? structKeys(rule.values) : [];
}

function structKeys(rule: Rule): readonly string[] {
  if (rule.is === 'one-of') return rule.rules.flatMap(structKeys);
  return rule.is === 'struct' ? [...rule.keys.keys()] : [];
}
