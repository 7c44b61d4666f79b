import { isNumber, isShort, isSize, LABELS, MOST } from './bounds.ts';
import { isFromPublicRegistry } from './image-home.ts';
import { each, entries, keys, oneOf, type Rule, whatever, where, within } from './rule.ts';

/** What of the stack's own a service is judged with. */
export interface Surroundings {
  /** Keys of the networks that other stacks are on as well. */
  readonly shared: ReadonlySet<string>;
  /** Whether a name is the stack's own, such as an alias that begins with the stack's name. */
  readonly isOwn: (name: string) => boolean;
}

/** Only to be read, and the same on every host. */
const HARMLESS_BINDS: ReadonlySet<string> = new Set(['/etc/localtime', '/etc/timezone']);

/** References to secrets and configs of the stack: the objects themselves are judged where they are declared. */
const REFERENCE = keys({ source: whatever, target: whatever, uid: whatever, gid: whatever, mode: whatever });
const UPDATE = keys({
  parallelism: whatever,
  delay: whatever,
  failure_action: whatever,
  monitor: whatever,
  max_failure_ratio: whatever,
  order: whatever,
});

/**
 * What a service may say without reaching beyond its own stack. A key that is not here, or a value that its rule does not
 * know, needs an approval: a list of what is dangerous would miss what Docker learns next.
 */
export function harmlessService({ shared, isOwn }: Surroundings): Rule {
  return keys({
    image: where((image) => typeof image === 'string' && isFromPublicRegistry(image)),
    command: whatever,
    entrypoint: whatever,
    environment: whatever,
    env_file: whatever,
    working_dir: whatever,
    user: whatever,
    tty: whatever,
    stdin_open: whatever,
    // Who ends it, and by which signal, is a matter within its own container.
    init: whatever,
    stop_signal: whatever,
    // Take something away.
    read_only: whatever,
    cap_drop: whatever,
    security_opt: each((option) => typeof option === 'string' && /^no-new-privileges(?:[:=]true)?$/.test(option)),
    // `docker stack deploy` makes nothing of these, or only an order.
    build: whatever,
    container_name: whatever,
    depends_on: whatever,
    expose: whatever,
    restart: whatever,
    tmpfs: each(isSmallTmpfs),
    labels: LABELS,
    healthcheck: keys({
      test: whatever,
      interval: whatever,
      timeout: whatever,
      start_period: whatever,
      start_interval: whatever,
      retries: whatever,
      disable: whatever,
    }),
    stop_grace_period: where(isShort),
    secrets: listOf(REFERENCE),
    configs: listOf(REFERENCE),
    volumes: each(isHarmlessMount),
    networks: entries((network) => keys({ aliases: shared.has(network) ? each(isOwnName(isOwn)) : whatever })),
    logging: keys({
      driver: oneOf('json-file', 'local', 'none'),
      options: keys({
        'max-size': where((size) => isSize(size, MOST.logFileBytes)),
        'max-file': where((count) => isNumber(count, 1, MOST.logFiles)),
        compress: whatever,
      }),
    }),
    deploy: keys({
      mode: oneOf('replicated'),
      replicas: within(0, MOST.replicas),
      endpoint_mode: oneOf('vip', 'dnsrr'),
      labels: LABELS,
      update_config: UPDATE,
      rollback_config: UPDATE,
      restart_policy: keys({ condition: whatever, delay: whatever, max_attempts: whatever, window: whatever }),
      resources: keys({
        limits: keys({
          cpus: where((cpus) => isNumber(cpus, 0.01, MOST.cpus)),
          memory: where((memory) => isSize(memory, MOST.memoryBytes)),
          pids: within(1, MOST.processes),
        }),
        reservations: keys({
          cpus: where((cpus) => isNumber(cpus, 0, MOST.reservedCpus)),
          memory: where((memory) => isSize(memory, MOST.reservedBytes)),
        }),
      }),
      placement: keys({ constraints: each(isPlatform) }),
    }),
  });
}

/** A list of mappings: what is left over of an entry stands for itself. */
function listOf(rule: Rule): Rule {
  return (value, path) =>
    Array.isArray(value) ? value.flatMap((entry: unknown) => rule(entry, path)) : [{ path, value }];
}

function isOwnName(isOwn: (name: string) => boolean) {
  return (alias: unknown) => typeof alias === 'string' && isOwn(alias);
}

/** What a machine can run is no choice among machines. */
function isPlatform(constraint: unknown): boolean {
  return typeof constraint === 'string' && /^node\.platform\.(?:os|arch)\s*[!=]=\s*[\w.-]+$/.test(constraint);
}

/** Volumes of the stack, nameless ones, bounded memory, and two files of the host that say what time it is. */
function isHarmlessMount(mount: unknown): boolean {
  if (typeof mount !== 'object' || mount === null || !('type' in mount)) return false;
  const { type, source, target: _inside, read_only, ...more } = mount as Readonly<Record<string, unknown>>;
  switch (type) {
    case 'volume': {
      const { volume, ...others } = more;
      return Object.keys(others).length === 0 && keys({ nocopy: whatever })(volume ?? {}, []).length === 0;
    }
    case 'tmpfs': {
      const { tmpfs, ...others } = more;
      const rule = keys({ size: within(1, MOST.tmpfsBytes) });
      // Without a size the kernel gives half of the machine's memory.
      return (
        Object.keys(others).length === 0 &&
        tmpfs !== undefined &&
        Object.keys(tmpfs ?? {}).length > 0 &&
        rule(tmpfs, []).length === 0
      );
    }
    case 'bind':
      return HARMLESS_BINDS.has(String(source)) && read_only === true && Object.keys(more).length === 0;
    default:
      return false;
  }
}

/** The short form, `/path:size=64M,mode=1777`: no `docker stack deploy` mounts it yet, so a size may be left out. */
function isSmallTmpfs(entry: unknown): boolean {
  if (typeof entry !== 'string') return false;
  const options = entry.slice(entry.indexOf(':') + 1).split(',');
  return options
    .filter((option) => /^\s*size=/i.test(option))
    .every((option) => isSize(/^size=(?<size>\d+[kmg]?)(?![\w%])/i.exec(option)?.groups?.['size'], MOST.tmpfsBytes));
}
