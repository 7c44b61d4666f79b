import {
  bytes,
  type Codec,
  count,
  duration,
  type Fields,
  flag,
  integer,
  optional,
  ratio,
  record,
  text,
  unfit,
} from './codec.ts';
import {
  appended,
  commandLine,
  environmentMap,
  keyedRecords,
  namedRecords,
  stringMap,
  wrapText,
} from './collections.ts';
import { parseMount } from './mounts.ts';
import { parsePorts } from './ports.ts';
import { refuse } from './problem.ts';
import { isRawList, isRawMap, type Path, type Raw, scalarText } from './raw.ts';

/** What Docker makes of each section of a stack file: fields, their kinds, and the order in which they are printed. */

const texts = appended(text);
const textOrTexts = appended(text, wrapText);
const words = commandLine(texts);
const size32 = count(32);
const size64 = optional(count(64), { whole: true });

const numbersAsTexts = appended(text, (raw) => (isRawList(raw) ? raw.map(scalarText) : raw));

/** `host:address` entries, from a mapping or from a list with `=` or `:`. */
const hosts = appended(text, (raw) => {
  const pairs = isRawMap(raw)
    ? Object.entries(raw)
        .flatMap(([host, address]) => (address === null ? [] : [`${host}:${scalarText(address)}`]))
        .sort()
    : isRawList(raw)
      ? raw
          .map(scalarText)
          .flatMap((entry) => (/[=:]/.test(entry) ? [entry.replace(entry.includes('=') ? '=' : ':', ':')] : []))
      : [];
  return pairs.map((pair) => pair.replace(/^(?<host>[^:]*:)\[(?<address>.+)\]$/s, '$<host>$<address>'));
});

const healthTest = appended(text, (raw) => (typeof raw === 'string' ? ['CMD-SHELL', raw] : raw));

const external: Codec<Fields> = {
  ...record(
    { external: flag, name: text },
    {
      short: (raw) => (isRawMap(raw) ? { external: true, name: raw['name'] ?? null } : { external: raw }),
    },
  ),
  print: (value) =>
    typeof value['name'] === 'string' && value['name'] !== '' ? { name: value['name'] } : value['external'] === true,
};

const build = record(
  {
    context: text,
    dockerfile: text,
    args: environmentMap,
    labels: stringMap,
    cache_from: textOrTexts,
    extra_hosts: hosts,
    network: text,
    target: text,
  },
  { short: (raw) => (typeof raw === 'string' ? { context: raw } : raw) },
);

const healthcheck = record({
  test: healthTest,
  timeout: optional(duration),
  interval: optional(duration),
  retries: size64,
  start_period: optional(duration),
  start_interval: optional(duration),
  disable: flag,
});

const update = record({
  parallelism: size64,
  delay: duration,
  failure_action: text,
  monitor: duration,
  max_failure_ratio: ratio,
  order: text,
});

/** Unlike everywhere else, both fields are printed when they are zero. */
const discreteResource: Codec<Fields> = {
  ...record({ kind: text, value: integer }),
  print: (value) => ({ kind: value['kind'] ?? '', value: value['value'] ?? 0 }),
};

const deploy = record({
  mode: text,
  replicas: size64,
  labels: stringMap,
  update_config: optional(update),
  rollback_config: optional(update),
  resources: record({
    limits: optional(record({ cpus: text, memory: bytes, pids: integer })),
    reservations: optional(
      record({
        cpus: text,
        memory: bytes,
        generic_resources: appended(record({ discrete_resource_spec: optional(discreteResource) })),
      }),
    ),
  }),
  restart_policy: optional(
    record({ condition: text, delay: optional(duration), max_attempts: size64, window: optional(duration) }),
  ),
  placement: record({
    constraints: texts,
    preferences: appended(record({ spread: text })),
    max_replicas_per_node: count(64),
  }),
  endpoint_mode: text,
});

const loggingFields = record({ driver: text, options: stringMap });

/**
 * Options of the same driver are merged, another driver replaces everything. Where the earlier file has a driver but no
 * options, the later options are lost; that is a defect of Docker's which a deployed stack would have as well.
 */
const logging: Codec<Fields> = {
  ...loggingFields,
  merge(base, over) {
    const before = base['driver'] ?? '';
    const after = over['driver'] ?? '';
    if (before !== after && before !== '' && after !== '') return over;
    const lost = base['options'] === undefined;
    const merged = loggingFields.merge(base, over);
    return { driver: before === '' ? after : before, options: lost ? undefined : merged['options'] };
  },
};

const serviceNetwork = record({ aliases: texts, driver_opts: stringMap, ipv4_address: text, ipv6_address: text });

/** A later file replaces the aliases, with none too, keeps the options, and sets addresses that it states. */
const networks = namedRecords(serviceNetwork, (base, over) => ({
  ...base,
  aliases: over['aliases'],
  ipv4_address: over['ipv4_address'] ?? base['ipv4_address'],
  ipv6_address: over['ipv6_address'] ?? base['ipv6_address'],
}));

const ulimitFields = record(
  { single: integer, soft: integer, hard: integer },
  { short: (raw, path) => readUlimit(raw, path) },
);

const ulimits = namedRecords(
  {
    ...ulimitFields,
    print: (value) =>
      value['single'] === undefined || value['single'] === 0 ? ulimitFields.print(value) : value['single'],
  },
  (_base, over) => over,
);

function readUlimit(raw: Raw, path: Path): Raw {
  if (isRawMap(raw))
    return {
      soft: raw['soft'] ?? unfit('an integer', null, [...path, 'soft']),
      hard: raw['hard'] ?? unfit('an integer', null, [...path, 'hard']),
    };
  return typeof raw === 'number' ? { single: raw } : unfit('an integer or a mapping', raw, path);
}

const fileReferences = keyedRecords(
  record({ source: text, target: text, uid: text, gid: text, mode: optional(size32, { whole: true }) }),
  'source',
  (entry) => [typeof entry === 'string' ? { source: entry } : entry],
);

const ports = keyedRecords(
  record({ mode: text, target: size32, published: size32, protocol: text }),
  'published',
  (entry, path) => {
    if (isRawMap(entry)) return [entry];
    if (typeof entry !== 'string' && (typeof entry !== 'number' || !Number.isInteger(entry))) {
      unfit('a port', entry, path);
    }
    const records = parsePorts(`${entry}`);
    if (typeof records === 'string') refuse('E_COMPOSE_VALUE', path, `${records} (in ${JSON.stringify(entry)})`);
    return records.map((one) => ({ ...one }));
  },
);

const mounts = keyedRecords(
  record({
    type: text,
    source: text,
    target: text,
    read_only: flag,
    consistency: text,
    bind: optional(record({ propagation: text })),
    volume: optional(record({ nocopy: flag, subpath: text })),
    tmpfs: optional(record({ size: integer })),
  }),
  'target',
  (entry, path) => {
    if (typeof entry !== 'string') return [entry];
    const mount = parseMount(entry);
    if (typeof mount === 'string') refuse('E_COMPOSE_VALUE', path, `${mount} (in ${JSON.stringify(entry)})`);
    return [{ ...mount }];
  },
);

export const serviceShape = record(
  {
    build,
    cap_add: texts,
    cap_drop: texts,
    cgroupns_mode: text,
    cgroup_parent: text,
    command: words,
    configs: fileReferences,
    container_name: text,
    credential_spec: record({ config: text, file: text, registry: text }),
    depends_on: texts,
    deploy,
    devices: texts,
    dns: textOrTexts,
    dns_search: textOrTexts,
    domainname: text,
    entrypoint: words,
    environment: environmentMap,
    env_file: textOrTexts,
    expose: numbersAsTexts,
    external_links: texts,
    extra_hosts: hosts,
    hostname: text,
    healthcheck: optional(healthcheck),
    image: text,
    init: optional(flag),
    ipc: text,
    isolation: text,
    labels: stringMap,
    links: texts,
    logging: optional(logging),
    mac_address: text,
    network_mode: text,
    networks,
    pid: text,
    ports,
    privileged: flag,
    read_only: flag,
    restart: text,
    secrets: fileReferences,
    security_opt: texts,
    shm_size: text,
    stdin_open: flag,
    stop_grace_period: optional(duration),
    stop_signal: text,
    sysctls: stringMap,
    tmpfs: textOrTexts,
    tty: flag,
    ulimits,
    user: text,
    userns_mode: text,
    volumes: mounts,
    working_dir: text,
  },
  { extensions: true },
);

const objectFields = { name: text, driver: text, driver_opts: stringMap, external, labels: stringMap } as const;

export const networkShape = record(
  {
    ...objectFields,
    ipam: record({ driver: text, config: appended(record({ subnet: text })) }),
    internal: flag,
    attachable: flag,
  },
  { extensions: true },
);

const topologies = appended(record({ segments: stringMap }));
const clusterSpec = record({
  group: text,
  access_mode: optional(
    record({
      scope: text,
      sharing: text,
      mount_volume: optional(record({ fs_type: text, mount_flags: texts })),
      block_volume: optional(record({})),
    }),
  ),
  accessibility_requirements: optional(record({ requisite: topologies, preferred: topologies })),
  capacity_range: optional(record({ required_bytes: bytes, limit_bytes: bytes })),
  secrets: appended(record({ key: text, secret: text })),
  availability: text,
});

export const volumeShape = record({ ...objectFields, 'x-cluster-spec': optional(clusterSpec) }, { extensions: true });

/** Secrets and configs. */
export const fileObjectShape = record({ ...objectFields, file: text, template_driver: text }, { extensions: true });
