import { startDeadline } from '../src/base/deadline.ts';
import { mustRun } from '../src/base/process.ts';
import { probe } from '../src/edge/probe.ts';
import { filterQuery, until } from './docker.ts';
import type { BenchContext } from './measure.ts';

/** A stack of the shape of `examples/static-site`, driven with nothing but the docker CLI and raw calls. */
export interface BareStack {
  readonly name: string;
  readonly host: string;
}

export const IMAGES = { base: 'cc-ci-demo/nginx:1.22.1', head: 'cc-ci-demo/nginx:1.24.0' } as const;
export const CONTENT = '/usr/share/nginx/html';

/** A stack of this process; names never meet those of another. */
export function bareStack(bench: BenchContext, use: string, round: number): BareStack {
  const name = `ccbench-${use}-${process.pid}-${round}`;
  return { name, host: `${name}.${bench.settings.domainSuffix}` };
}

function stackFile({ name, host }: BareStack, image: string): string {
  return `version: "3.8"
services:
  app:
    image: ${image}
    networks: [proxy]
    volumes: ["content:${CONTENT}"]
    stop_grace_period: 1s
    healthcheck:
      test: ["CMD", "curl", "--fail", "--silent", "http://localhost/"]
      interval: 1s
      timeout: 2s
      retries: 5
    deploy:
      endpoint_mode: dnsrr
      restart_policy: { condition: on-failure }
      update_config: { failure_action: rollback, order: start-first, monitor: 1s }
      labels:
        - "cc-ci.bench=${process.pid}"
        - "traefik.enable=true"
        - "traefik.http.services.${name}.loadbalancer.server.port=80"
        - "traefik.http.routers.${name}.rule=Host(\`${host}\`)"
        - "traefik.http.routers.${name}.entrypoints=web-secure"
        - "traefik.http.routers.${name}.tls=true"
networks:
  proxy:
    external: true
volumes:
  content: {}
`;
}

/** `docker stack deploy`, as a script calls it. */
export async function deployBare(bench: BenchContext, stack: BareStack, image: string): Promise<void> {
  await mustRun(['docker', 'stack', 'deploy', '--resolve-image', 'never', '--compose-file', '-', stack.name], {
    input: stackFile(stack, image),
    env: { DOCKER_HOST: `unix://${bench.docker.socket}` },
    timeoutMs: 60_000,
    signal: bench.signal,
  });
}

/** How long a bare deploy took to serve, and how long after its health the route was there; milliseconds. */
export interface BareStart {
  readonly servedMs: number;
  readonly routeMs: number;
}

/** Deploys, waits for the container's health event, then asks the router until the app answers. */
export async function deployAndServe(bench: BenchContext, stack: BareStack): Promise<BareStart> {
  using bound = startDeadline(60_000, bench.signal);
  const stop = new AbortController();
  const signal = AbortSignal.any([bound.signal, stop.signal]);
  const events = await bench.docker.events(
    { type: ['container'], event: ['health_status'], label: [`com.docker.stack.namespace=${stack.name}`] },
    signal,
  );
  const started = performance.now();
  await deployBare(bench, stack, IMAGES.head);
  let healthyAtMs: number | undefined;
  for await (const { Action, timeNano } of events) {
    if (Action !== 'health_status: healthy') continue;
    healthyAtMs = timeNano / 1e6;
    break;
  }
  if (healthyAtMs === undefined) throw new Error(`${stack.name} did not become healthy`);
  await mustServe(bench, stack);
  const servedAt = performance.now();
  stop.abort();
  return { servedMs: servedAt - started, routeMs: performance.timeOrigin + servedAt - healthyAtMs };
}

/** Asks the router until the app answers 200. */
export async function mustServe(bench: BenchContext, { host }: BareStack): Promise<void> {
  await until(
    `${host} serves`,
    bench.signal,
    async () => (await probe(bench.edge, { host, path: '/' })).status === 200,
  );
}

/**
 * The forced order with raw calls and no proof: services, containers, networks, volumes, each repeated until it is gone.
 * Also what cleans up after a failed round, so it does not listen to the benchmark's signal.
 */
export async function removeBare({ docker }: Pick<BenchContext, 'docker'>, stack: BareStack): Promise<number> {
  const started = performance.now();
  const signal = new AbortController().signal;
  const ofStack = filterQuery({ label: [`com.docker.stack.namespace=${stack.name}`] });
  const removeAll = async (what: string, list: () => Promise<readonly string[]>, path: (id: string) => string) =>
    until(`${what} of ${stack.name} removed`, signal, async () => {
      const ids = await list();
      const answers = await Promise.all(ids.map((id) => docker.call('DELETE', path(id))));
      return answers.every(({ status }) => status < 300 || status === 404);
    });
  interface Listed {
    readonly ID?: string;
    readonly Id?: string;
    readonly Name?: string;
  }
  const idsAt = async (path: string) =>
    (await docker.call<readonly Listed[]>('GET', path)).value.map(({ ID, Id }) => ID ?? Id ?? '');
  await removeAll(
    'services',
    () => idsAt(`/services${ofStack}`),
    (id) => `/services/${id}`,
  );
  await removeAll(
    'containers',
    () => idsAt(`/containers/json${ofStack}&all=1`),
    (id) => `/containers/${id}?force=1&v=1`,
  );
  await removeAll(
    'networks',
    () => idsAt(`/networks${ofStack}`),
    (id) => `/networks/${id}`,
  );
  const volumes = async () =>
    (
      (await docker.call<{ readonly Volumes: readonly Listed[] | null }>('GET', `/volumes${ofStack}`)).value.Volumes ??
      []
    ).map(({ Name }) => Name ?? '');
  await removeAll('volumes', volumes, (name) => `/volumes/${name}`);
  await until(`networks of ${stack.name} gone`, signal, async () => (await idsAt(`/networks${ofStack}`)).length === 0);
  return performance.now() - started;
}
