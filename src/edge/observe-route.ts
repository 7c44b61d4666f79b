import { readFile } from 'node:fs/promises';
import type { Stack } from '../recipe/compose/types.ts';
import type { Engine } from '../swarm/engine.ts';
import type { ObservedContainer, RouteObservation } from './causes/observation.ts';
import { parseSockets, type Socket } from './causes/sockets.ts';
import { explainRoute } from './explain.ts';
import { followRedirects } from './follow-redirects.ts';
import { buildTable } from './labels/table.ts';
import type { Server } from './labels/table-types.ts';
import { probe } from './probe.ts';
import { pickRoute, ruleRequest } from './router/pick.ts';
import type { Edge, TraefikVersion } from './types.ts';

export interface RouteQuestion {
  readonly edge: Edge;
  readonly stack: Stack;
  readonly stackName: string;
  readonly proxyNetwork: string;
  readonly host: string;
  readonly path: string;
  readonly accepted: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

/** Looks once at all between the proxy and the program: the labels, the answer, where redirects lead, what listens. */
export async function observeRoute(engine: Engine, question: RouteQuestion): Promise<RouteObservation> {
  const { edge, stack, stackName, proxyNetwork, host, path, accepted, signal } = question;
  const answer = await probe(edge, { host, path, signal });
  const atMs = Date.now();
  const unreachable = answer.fromProxy && answer.status !== 404;
  const targets = await Promise.all(
    routeTargets(stack, stackName, edge.traefik, host, path).map(async ({ service, port }) => ({
      service,
      port,
      containers: unreachable ? await observeContainers(engine, `${stackName}_${service}`) : [],
    })),
  );
  return {
    atMs,
    url: answer.url,
    accepted,
    answer,
    targets,
    problems: explainRoute(stack, edge.traefik, { stackName, proxyNetwork }),
    redirects: await followRedirects(edge, answer, signal),
  };
}

/** The services and ports that a stack's labels lead a URL to, as a Traefik of that version reads them. Pure. */
export function routeTargets(
  stack: Stack,
  stackName: string,
  version: TraefikVersion,
  host: string,
  path: string,
): { readonly service: string; readonly port: number }[] {
  // Each service stands for itself with an address that nobody asks (RFC 5737), so that a server tells whose it is.
  const keys = Object.keys(stack.services);
  const addressOf = (index: number) => `192.0.2.${index}`;
  const table = buildTable(
    keys.map((key, index) => ({
      name: `${stackName}_${key}`,
      labels: stack.services[key]?.deploy?.labels ?? {},
      addresses: [addressOf(index)],
    })),
    { version },
  );
  const request = ruleRequest({ host, url: path, method: 'GET', headers: { host }, clientAddress: '127.0.0.1' });
  const tcp = table.tcpRouters.find(
    ({ entryPoints, tls, serverNames }) =>
      entryPoints.includes('web-secure') && tls !== 'none' && serverNames?.includes(host.toLowerCase()) === true,
  );
  const servers: readonly Server[] | undefined =
    tcp?.servers ?? pickRoute(table, 'web-secure', true, request)?.target.servers;
  return (servers ?? []).flatMap(({ address, port }) => {
    const service = keys.find((_, index) => addressOf(index) === address);
    return service === undefined ? [] : [{ service, port }];
  });
}

async function observeContainers(engine: Engine, serviceName: string): Promise<ObservedContainer[]> {
  const found = await engine.containers({
    label: [`com.docker.swarm.service.name=${serviceName}`],
    status: ['running'],
  });
  return Promise.all(
    found.map(async ({ Id }) => {
      const { State } = await engine.container(Id);
      const sockets = (await readOnHost(Id, State.Pid ?? 0)) ?? (await readInside(engine, Id));
      return { healthy: State.Health?.Status === 'healthy', sockets };
    }),
  );
}

/** Reads the sockets of a container's first process from this host, where that process id is really the container's. */
async function readOnHost(containerId: string, pid: number): Promise<Socket[] | undefined> {
  if (pid === 0) return undefined;
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8');
  try {
    // The Engine may count processes in another name space than ours: then the number is somebody else's.
    if (!(await read('cgroup')).includes(containerId)) return undefined;
    const six = await read('net/tcp6').catch(() => '');
    return parseSockets(`${await read('net/tcp')}\n${six}`);
  } catch {
    return undefined;
  }
}

async function readInside(engine: Engine, containerId: string): Promise<Socket[] | undefined> {
  try {
    const result = await engine.exec(containerId, ['cat', '/proc/net/tcp', '/proc/net/tcp6'], { timeoutMs: 5000 });
    return result.stdout.includes('local_address') ? parseSockets(result.stdout) : undefined;
  } catch {
    // An image without `cat`: then nothing is known, and nothing is claimed.
    return undefined;
  }
}
