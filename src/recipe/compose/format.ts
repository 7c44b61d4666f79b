import {
  BOOLEAN,
  DURATION,
  INTEGER,
  list,
  map,
  NULL,
  NUMBER,
  oneOf,
  type Rule,
  STRING,
  type StructRule,
  struct,
} from './rules.ts';

/**
 * The stack file format, versions 3.0 to 3.13, as `docker stack` of Docker 28 takes it: every key, the type of its value
 * and the version it came with. It is not the Compose Specification of `docker compose`.
 */

/** The newest version of the format; a file without `version`, or with `3`, means this one. */
export const NEWEST_VERSION = 13;

const UNIQUE_STRINGS = list(STRING, { unique: true });
const STRING_OR_LIST = oneOf(STRING, UNIQUE_STRINGS);
const COMMAND = oneOf(STRING, list(STRING));
const LIST_OR_MAP = oneOf(map(oneOf(STRING, NUMBER, NULL), /./), UNIQUE_STRINGS);
const DRIVER_OPTIONS = map(oneOf(STRING, NUMBER), /./, 'unchecked');
const ORDER: Rule = { is: 'choice', of: ['start-first', 'stop-first'] };
const PORT: Rule = { is: 'port' };
const NAMES = /^[a-zA-Z0-9._-]+$/;

const FILE_REFERENCES = list(
  oneOf(STRING, struct({ source: STRING, target: STRING, uid: STRING, gid: STRING, mode: NUMBER }, { openSince: 0 })),
);

const BUILD = oneOf(
  STRING,
  struct(
    {
      context: STRING,
      dockerfile: STRING,
      args: LIST_OR_MAP,
      labels: [LIST_OR_MAP, 3],
      cache_from: [UNIQUE_STRINGS, 2],
      network: [STRING, 4],
      target: [STRING, 4],
      shm_size: [oneOf(INTEGER, STRING), 5],
      extra_hosts: [LIST_OR_MAP, 9],
    },
    { openSince: 11 },
  ),
);

/** The long form came with 3.2. */
const MOUNT = struct(
  {
    type: [STRING, 2],
    source: STRING,
    target: STRING,
    read_only: BOOLEAN,
    consistency: STRING,
    bind: struct({ propagation: STRING }, { openSince: 0 }),
    volume: struct({ nocopy: BOOLEAN }, { openSince: 0 }),
    tmpfs: [struct({ size: { is: 'integer', least: 0 } }, { openSince: 0 }), 6],
  },
  { required: ['type'] },
);

const UPDATE = struct({
  parallelism: INTEGER,
  delay: DURATION,
  failure_action: STRING,
  monitor: DURATION,
  max_failure_ratio: NUMBER,
  order: [ORDER, 4],
});

const GENERIC_RESOURCES = list(struct({ discrete_resource_spec: struct({ kind: STRING, value: NUMBER }) }));

const DEPLOY = struct({
  mode: STRING,
  endpoint_mode: [STRING, 2],
  replicas: INTEGER,
  labels: LIST_OR_MAP,
  rollback_config: [UPDATE, 7],
  update_config: UPDATE,
  resources: struct({
    limits: struct({ cpus: STRING, memory: STRING, pids: [INTEGER, 9] }),
    reservations: struct({ cpus: STRING, memory: STRING, generic_resources: [GENERIC_RESOURCES, 5] }),
  }),
  restart_policy: struct({ condition: STRING, delay: DURATION, max_attempts: INTEGER, window: DURATION }),
  placement: struct({
    constraints: list(STRING),
    preferences: [list(struct({ spread: STRING })), 3],
    max_replicas_per_node: [INTEGER, 8],
  }),
});

const HEALTHCHECK = struct({
  disable: BOOLEAN,
  interval: DURATION,
  retries: NUMBER,
  test: COMMAND,
  timeout: DURATION,
  start_period: [DURATION, 4],
  start_interval: [DURATION, 12],
});

const SERVICE_NETWORK = struct({
  aliases: UNIQUE_STRINGS,
  driver_opts: [DRIVER_OPTIONS, 13],
  ipv4_address: STRING,
  ipv6_address: STRING,
});

const SERVICE = struct(
  {
    deploy: oneOf(DEPLOY, NULL),
    build: BUILD,
    cap_add: UNIQUE_STRINGS,
    cap_drop: UNIQUE_STRINGS,
    cgroupns_mode: [STRING, 9],
    cgroup_parent: STRING,
    command: COMMAND,
    configs: [FILE_REFERENCES, 3],
    container_name: STRING,
    credential_spec: [struct({ config: [STRING, 8], file: STRING, registry: STRING }), 3],
    depends_on: UNIQUE_STRINGS,
    devices: UNIQUE_STRINGS,
    dns: STRING_OR_LIST,
    dns_search: STRING_OR_LIST,
    domainname: STRING,
    entrypoint: COMMAND,
    env_file: STRING_OR_LIST,
    environment: LIST_OR_MAP,
    expose: list(oneOf(STRING, NUMBER), { unique: true }),
    external_links: UNIQUE_STRINGS,
    extra_hosts: LIST_OR_MAP,
    healthcheck: HEALTHCHECK,
    hostname: STRING,
    image: STRING,
    init: [BOOLEAN, 7],
    ipc: STRING,
    isolation: [STRING, 5],
    labels: LIST_OR_MAP,
    links: UNIQUE_STRINGS,
    logging: struct({ driver: STRING, options: map(oneOf(STRING, NUMBER, NULL), /./, 'unchecked') }),
    mac_address: STRING,
    network_mode: STRING,
    networks: oneOf(UNIQUE_STRINGS, map(oneOf(SERVICE_NETWORK, NULL), NAMES)),
    pid: oneOf(STRING, NULL),
    ports: list(
      oneOf(PORT, struct({ mode: [STRING, 2], target: [INTEGER, 2], published: [INTEGER, 2], protocol: [STRING, 2] })),
      { unique: true },
    ),
    privileged: BOOLEAN,
    read_only: BOOLEAN,
    restart: STRING,
    security_opt: UNIQUE_STRINGS,
    shm_size: oneOf(NUMBER, STRING),
    secrets: [FILE_REFERENCES, 1],
    sysctls: LIST_OR_MAP,
    stdin_open: BOOLEAN,
    stop_grace_period: DURATION,
    stop_signal: STRING,
    tmpfs: STRING_OR_LIST,
    tty: BOOLEAN,
    ulimits: map(
      oneOf(INTEGER, struct({ hard: INTEGER, soft: INTEGER }, { required: ['soft', 'hard'] })),
      /^[a-z]+$/,
      'unchecked',
    ),
    oom_score_adj: [INTEGER, 13],
    user: STRING,
    userns_mode: STRING,
    volumes: list(oneOf(STRING, MOUNT)),
    working_dir: STRING,
  },
  { extensionsSince: 7 },
);

const IPAM = struct({ driver: STRING, config: list(struct({ subnet: STRING })) });
const EXTERNAL = oneOf(BOOLEAN, struct({ name: STRING }));
/** For secrets and configs Docker ignores what else stands below `external`. */
const OPEN_EXTERNAL = oneOf(BOOLEAN, struct({ name: STRING }, { openSince: 0 }));

const NETWORK = struct(
  {
    name: [STRING, 5],
    driver: STRING,
    driver_opts: DRIVER_OPTIONS,
    ipam: IPAM,
    external: EXTERNAL,
    internal: BOOLEAN,
    attachable: [BOOLEAN, 2],
    labels: LIST_OR_MAP,
  },
  { extensionsSince: 7 },
);

const TOPOLOGIES = list(struct({ segments: LIST_OR_MAP }, { openSince: 0 }));
const CLUSTER_SPEC = struct(
  {
    group: STRING,
    access_mode: struct(
      {
        scope: STRING,
        sharing: STRING,
        block_volume: struct({}, { openSince: 0 }),
        mount_volume: struct({ fs_type: STRING, mount_flags: list(STRING) }, { openSince: 0 }),
      },
      { openSince: 0 },
    ),
    accessibility_requirements: struct({ requisite: TOPOLOGIES, preferred: TOPOLOGIES }, { openSince: 0 }),
    capacity_range: struct({ required_bytes: STRING, limit_bytes: STRING }, { openSince: 0 }),
    availability: STRING,
  },
  { openSince: 0 },
);

const VOLUME = struct(
  {
    name: [STRING, 4],
    driver: STRING,
    driver_opts: DRIVER_OPTIONS,
    external: EXTERNAL,
    labels: LIST_OR_MAP,
    'x-cluster-spec': [CLUSTER_SPEC, 10],
  },
  { extensionsSince: 7 },
);

const CONFIG_KEYS = {
  name: [STRING, 5],
  file: STRING,
  external: OPEN_EXTERNAL,
  labels: LIST_OR_MAP,
  template_driver: [STRING, 8],
} as const;
const CONFIG = struct(CONFIG_KEYS, { extensionsSince: 7 });
const SECRET = struct(
  { ...CONFIG_KEYS, driver: [STRING, 8], driver_opts: [DRIVER_OPTIONS, 8] },
  { extensionsSince: 7 },
);

/** The whole document. */
export const STACK_FILE: StructRule = struct(
  {
    version: STRING,
    services: map(SERVICE, NAMES),
    networks: map(oneOf(NETWORK, NULL), NAMES, 'unchecked'),
    volumes: map(oneOf(VOLUME, NULL), NAMES),
    secrets: [map(SECRET, NAMES), 1],
    configs: [map(CONFIG, NAMES), 3],
  },
  { extensionsSince: 4 },
);
