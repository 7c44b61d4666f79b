import { CodedError } from '../base/errors.ts';
import { type Bounds, hostBounds, parseBounds } from './bounds.ts';

/** What a machine's operator may set for `cc-ci test` and its siblings, all by environment variables. */
export interface Settings {
  /** The Engine's unix socket. `DOCKER_HOST=unix://…`. */
  readonly dockerSocket: string;
  /** Apps get names below this suffix. `CC_CI_DOMAIN`, default `ci.test`. */
  readonly domainSuffix: string;
  /** The shared overlay network that routed services join. */
  readonly proxyNetwork: string;
  /** Which Traefik's label rules hold. `CC_CI_TRAEFIK`, default `v3`. */
  readonly traefik: 'v2' | 'v3';
  /** Bytes of memory that a service counts for of which nothing else is known. `CC_CI_SERVICE_MEMORY`, in MiB, default 256. */
  readonly serviceMemoryBytes: number;
  /** What a run may take of this host. `CC_CI_BOUNDS`, as in `pids=4096,ports=200`; what is not named is as usual. */
  readonly bounds: Bounds;
  /**
   * What set-up closes to the stacks of this host: its own services and the cloud's metadata, private networks too, or nothing.
   * `CC_CI_EGRESS`; `auto` closes unless others have stacks here.
   */
  readonly egress: (typeof EGRESS)[number];
}

const EGRESS = ['auto', 'closed', 'closed-lan', 'open'] as const;

/** Reads the settings from the environment; a value that makes no sense is `E_SETTING` and names its variable. */
export function readSettings(env: Readonly<Record<string, string | undefined>> = process.env): Settings {
  const host = env['DOCKER_HOST'];
  if (host !== undefined && host !== '' && !host.startsWith('unix://')) {
    throw settingError('DOCKER_HOST', host, 'a unix socket, as in unix:///var/run/docker.sock');
  }
  const traefik = env['CC_CI_TRAEFIK'] ?? 'v3';
  if (traefik !== 'v2' && traefik !== 'v3') throw settingError('CC_CI_TRAEFIK', traefik, 'v2 or v3');
  const domainSuffix = env['CC_CI_DOMAIN'] ?? 'ci.test';
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/.test(domainSuffix)) {
    throw settingError(
      'CC_CI_DOMAIN',
      domainSuffix,
      'a domain in lower case with at least one dot, such as ci.example.org',
    );
  }
  const serviceMemory = env['CC_CI_SERVICE_MEMORY'] ?? '256';
  if (!/^[1-9]\d{0,6}$/.test(serviceMemory)) {
    throw settingError('CC_CI_SERVICE_MEMORY', serviceMemory, 'a whole number of MiB');
  }
  const bounds = parseBounds(env['CC_CI_BOUNDS'] ?? '');
  if (typeof bounds === 'string') throw settingError('CC_CI_BOUNDS', env['CC_CI_BOUNDS'] ?? '', bounds);
  const egress = EGRESS.find((one) => one === (env['CC_CI_EGRESS'] ?? 'auto'));
  if (egress === undefined) throw settingError('CC_CI_EGRESS', env['CC_CI_EGRESS'] ?? '', EGRESS.join(', '));
  return {
    egress,
    dockerSocket: host === undefined || host === '' ? '/var/run/docker.sock' : host.slice('unix://'.length),
    domainSuffix,
    proxyNetwork: 'proxy',
    traefik,
    serviceMemoryBytes: Number(serviceMemory) * 1024 ** 2,
    bounds: hostBounds(bounds),
  };
}

function settingError(variable: string, value: string, expected: string): CodedError {
  return new CodedError({
    code: 'E_SETTING',
    message: `${variable} is ${JSON.stringify(value)}; expected ${expected}`,
    fault: 'usage',
    where: { key: variable },
  });
}
