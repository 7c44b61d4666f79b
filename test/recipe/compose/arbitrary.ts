import * as fc from 'fast-check';

/** A random set of stack files with the variables and the env file they refer to. Mostly right, now and then wrong. */
export interface RandomStack {
  readonly files: readonly unknown[];
  readonly env: Readonly<Record<string, string>>;
  readonly envFile: string;
}

const WORDS = [
  'x',
  'a b',
  'yes',
  '0444',
  '1.10',
  'null',
  '',
  '~',
  "it's",
  '"q"',
  '{{.Node.ID}}',
  'a=b',
  'a: b',
  '# c',
  'é☺',
  '\t',
  'l1\nl2',
];
const ENV_LINES = ['A=1', 'B=', ' C=x y ', '# no', '', 'N', 'Z="q" # r', '\uFEFFE=f', '\u00A0F=g\r'];
const REFERENCES = [
  '$A',
  '${A}',
  '${B:-q}',
  '${B-q}',
  '${C}',
  '$$z',
  'x${A}y$B',
  '$A-b',
  '${A:-${B}}',
  '${A?no} $B',
  '${C:?no}',
  '$',
  '${A:+b}',
];

/** The second arbitrary, once in 60 values. */
function rarely<T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 60, arbitrary: usual }, { weight: 1, arbitrary: rare });
}

const word = fc.constantFrom(...WORDS);
const text = fc.oneof(
  { weight: 6, arbitrary: word },
  { weight: 3, arbitrary: fc.constantFrom(...REFERENCES.slice(0, 9)) },
  {
    weight: 1,
    arbitrary: fc.string({ maxLength: 8 }).filter((value) => !value.includes('$')),
  },
);
const rareText = rarely(text, fc.constantFrom(...REFERENCES));
const name = rarely(fc.constantFrom('a', 'b', 'e-f', 'g_h'), fc.constant('c.d'));
const whole = fc.oneof(fc.nat({ max: 9 }), fc.constantFrom(80, 1024, 65_535));
const amount = fc.constantFrom('0', '1k', '1.5GiB', '64M', '2g', '10 MB');
const span = fc.constantFrom('0s', '1s', '90s', '1.5h', '250ms', '1m30s', '1h0m0.5s', '${D:-5m}');
const odd = fc.constantFrom<unknown>(null, 5, 1.5, true, 'x', [], {}, ['x', 'x'], { k: 'v' }, '1x', -1);

const lists = (item: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.uniqueArray(item, { maxLength: 3, comparator: 'SameValue' });
const texts = fc.uniqueArray(rareText, { maxLength: 3 });
const pairs = fc.oneof(
  fc.dictionary(name, fc.oneof(rareText, fc.constantFrom(null, 1, 2.5, 1e6, 1e-7)), { maxKeys: 3 }),
  fc.uniqueArray(fc.constantFrom('A', 'A=', 'A=1', 'B=$A', 'a=b', 'b=${B:-c}=d', 'g_h='), { maxLength: 3 }),
);
const command = fc.oneof(
  fc.array(rareText, { maxLength: 3 }),
  rarely(fc.constantFrom('run me', 'a "b c" \'d e\'', 'a\\ b # c', '', '$A x'), fc.constant('a "b')),
);
const options = fc.dictionary(name, fc.oneof(word, whole), { maxKeys: 2 });

/** Each value may, rarely, be replaced by something of another type. */
function fields(table: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<unknown> {
  const entries = Object.entries(table).map(([key, arbitrary]) => {
    return fc.oneof({ weight: 250, arbitrary }, { weight: 1, arbitrary: odd }).map((value) => [key, value] as const);
  });
  return fc
    .subarray(entries, { maxLength: Math.min(9, entries.length) })
    .chain((chosen) => fc.tuple(...chosen).map((all) => Object.fromEntries(all)));
}

const update = fields({
  parallelism: whole,
  delay: span,
  failure_action: word,
  monitor: span,
  max_failure_ratio: fc.constantFrom(0, 0.1, 0.25, '${R:-0.3}'),
  order: fc.constantFrom('start-first', 'stop-first'),
});

const deploy = fields({
  mode: fc.constantFrom('global', 'replicated', 'replicated-job'),
  replicas: fc.oneof(whole, fc.constant('${N:-3}')),
  labels: pairs,
  update_config: update,
  rollback_config: update,
  endpoint_mode: fc.constantFrom('vip', 'dnsrr'),
  resources: fields({
    limits: fields({ cpus: fc.constant('0.5'), memory: amount }),
    reservations: fields({ cpus: word, memory: amount }),
  }),
  restart_policy: fields({ condition: fc.constantFrom('none', 'any'), delay: span, max_attempts: whole, window: span }),
  placement: fields({
    constraints: texts,
    preferences: fc.array(fields({ spread: word }), { maxLength: 2 }),
    max_replicas_per_node: whole,
  }),
});

const healthcheck = fields({
  test: fc.oneof(fc.array(text, { maxLength: 3 }), text),
  interval: span,
  timeout: span,
  start_period: span,
  retries: fc.oneof(whole, fc.constant('${N:-3}')),
  disable: fc.oneof(fc.boolean(), fc.constant('${Y:-yes}')),
});

const port = fc.oneof(
  rarely(
    fc.constantFrom<unknown>(
      80,
      '81',
      '8080:80',
      '53:53/udp',
      '53:53',
      '127.0.0.1:90:91',
      '9-11',
      '20-22:30-32',
      '40-41:42',
      '${P:-70}:71',
    ),
    fc.constantFrom<unknown>('1:2:3', '5-6:7-9', 'p', 80.5, '80/icmp'),
  ),
  fields({
    target: whole,
    published: fc.oneof(whole, fc.constant('${P:-70}')),
    protocol: fc.constantFrom('tcp', 'udp'),
    mode: fc.constantFrom('host', 'ingress'),
  }),
);

const mount = fc.oneof(
  rarely(
    fc.constantFrom('v:/x', 'v:/x:ro', '/h:/y', './r:/y:ro,rshared', '~/z:/z', '/anon', 'w:/x:nocopy', 'a', 'C:\\x:/w'),
    fc.constantFrom('v::x', '1:2:3:4', '$A:/q', 'x:'),
  ),
  fields({
    type: fc.constantFrom('volume', 'bind', 'tmpfs'),
    source: fc.constantFrom('v', './r', '/h'),
    target: fc.constantFrom('/x', '/y'),
    read_only: fc.oneof(fc.boolean(), fc.constant('${Y:-no}')),
    volume: fields({ nocopy: fc.boolean() }),
    tmpfs: fields({ size: whole }),
    bind: fields({ propagation: word }),
  }).map((value) => ({ type: 'volume', ...(value as object) })),
);

const reference = fc.oneof(
  name,
  fields({
    source: name,
    target: word,
    uid: fc.constant('1'),
    gid: fc.constant('2'),
    mode: fc.constantFrom<unknown>(0, 292, '${M:-0444}'),
  }),
);
const network = fields({ aliases: lists(name), ipv4_address: word, ipv6_address: word });
const limit = fc.oneof(whole, fc.constant('${N:-5}'), fc.record({ soft: whole, hard: whole }));

const service = fields({
  image: rareText,
  command,
  entrypoint: command,
  environment: pairs,
  env_file: rarely<unknown>(fc.constantFrom('vars.env', ['vars.env']), fc.constant(['vars.env', 'missing.env'])),
  labels: pairs,
  deploy,
  healthcheck,
  networks: fc.oneof(lists(name), fc.dictionary(name, fc.oneof(network, fc.constant(null)), { maxKeys: 2 })),
  ports: lists(port),
  volumes: fc.array(mount, { maxLength: 4 }),
  secrets: fc.array(reference, { maxLength: 3 }),
  configs: fc.array(reference, { maxLength: 3 }),
  logging: fields({ driver: fc.constantFrom('json-file', 'syslog', ''), options }),
  ulimits: fc.dictionary(fc.constantFrom('nofile', 'nproc'), limit, { maxKeys: 2 }),
  build: fc.oneof(word, fields({ context: word, args: pairs, labels: pairs, cache_from: texts, target: word })),
  extra_hosts: fc.oneof(
    fc.dictionary(name, fc.constantFrom('1.2.3.4', '[::1]'), { maxKeys: 2 }),
    lists(fc.constantFrom('h:1.1.1.1', 'i=[::1]', 'j')),
  ),
  sysctls: pairs,
  dns: fc.oneof(word, texts),
  tmpfs: fc.oneof(word, texts),
  cap_add: texts,
  depends_on: texts,
  expose: lists(fc.constantFrom(80, '80', '90-91')),
  hostname: text,
  user: word,
  init: fc.boolean(),
  tty: fc.oneof(fc.boolean(), fc.constant('${Y:-on}')),
  stop_grace_period: span,
  shm_size: amount,
  'x-extra': fc.constantFrom<unknown>({ a: 1, b: [1] }, { a: { c: '$A' }, b: [2] }, 'x', null),
});

const external = fc.oneof(fc.boolean(), fc.constant('${Y:-true}'), rarely(fc.constant({}), fc.record({ name: word })));
const shared = { name: text, labels: pairs, 'x-extra': fc.constant({ a: 1 }) };
const owned = { ...shared, driver_opts: options, driver: word };
/** An object of the stack or an external one; rarely with fields of both, some of which exclude each other. */
function ownOrExternal(own: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<unknown> {
  const outside = fields({ external, name: text });
  return fc.oneof(rarely(fields(own), fields({ ...own, external })), outside);
}
const networkFlags = { internal: fc.boolean(), attachable: fc.constantFrom(true, '${Y:-yes}') };
const networkObject = ownOrExternal({ ...owned, ...networkFlags });
const volumeObject = ownOrExternal(owned);
const path = fc.constantFrom('f', './g/', 'h/../i');
const secretObject = fc.oneof(ownOrExternal({ ...shared, file: path, template_driver: word }), ownOrExternal(owned));
const configObject = ownOrExternal({ ...shared, file: path, template_driver: word });
const section = (item: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => fc.dictionary(name, item, { maxKeys: 2 });

const file = fields({
  networks: section(fc.oneof(networkObject, fc.constant(null))),
  volumes: section(fc.oneof(volumeObject, fc.constant(null))),
  secrets: section(secretObject),
  configs: section(configObject),
  'x-top': fc.constantFrom<unknown>({ a: '$A' }, [1, 2.5, null]),
});

const services = fc.dictionary(fc.constantFrom('app', 'db'), service, { minKeys: 1, maxKeys: 2 });
const version = fc.constantFrom('3.8', '3.8', '3.8', '3.9', '3');

export const randomStack: fc.Arbitrary<RandomStack> = version.chain((stated) =>
  fc.record({
    files: fc.array(
      fc.tuple(file, services).map(([rest, all]) => ({ version: stated, services: all, ...(rest as object) })),
      { minLength: 1, maxLength: 3 },
    ),
    env: fc.record(
      {
        A: fc.constantFrom('', 'v', 'a b'),
        B: fc.constantFrom('', '$A', 'w'),
        C: fc.constantFrom('', 'u'),
        N: rarely(fc.constantFrom('7', '-0'), fc.constantFrom('', '0x5')),
        Y: rarely(fc.constantFrom('yes', 'No', 'TRUE'), fc.constantFrom('', 'maybe')),
        D: rarely(fc.constantFrom('30s', '1h'), fc.constantFrom('', '5')),
        HOME: fc.constantFrom('', '/home/u'),
      },
      { requiredKeys: [] },
    ),
    envFile: fc
      .array(rarely(fc.constantFrom(...ENV_LINES), fc.constantFrom('bad key=1', '=x')), { maxLength: 4 })
      .map((lines) => lines.join('\n')),
  }),
);
