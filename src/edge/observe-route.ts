import type { Stack } from '../recipe/compose/types.ts';
import { CONNECTION_LINES } from '../swarm/causes/lines/connection-lines.ts';
import { matchLines } from '../swarm/causes/lines/log-line.ts';
import { MIGRATION_LINES } from '../swarm/causes/lines/migration-lines.ts';
import { NAME_LINES } from '../swarm/causes/lines/name-lines.ts';
import { shortName, stackServices } from '../swarm/deploy.ts';
import type { Engine } from '../swarm/engine.ts';
import { lastLogLines } from '../swarm/logs.ts';
import type { RouteObservation, ServiceLines } from './causes/observation.ts';
import { isWrongAnswer } from './causes/route-cause.ts';
import type { Activity } from './causes/stillness.ts';
import { explainRoute } from './explain.ts';
import { followRedirects } from './follow-redirects.ts';
import { buildTable } from './labels/table.ts';
import type { Server } from './labels/table-types.ts';
import { observeContainers, type StackContainer } from './observe-containers.ts';
import { observeStrangers } from './observe-strangers.ts';
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

/** A look at the route, and at what the containers of the stack are doing meanwhile. */
export interface RouteLook {
  readonly route: RouteObservation;
  readonly activity: Activity;
}

/**
 * Looks once at all between the proxy and the program: the labels, the answer, where redirects lead, what listens, what works.
 *
 * @param leftMs how long the caller would wait at most: a `sleep` in a container that is over before that is a start.
 */
export async function observeRoute(engine: Engine, question: RouteQuestion, leftMs: number): Promise<RouteLook> {
  const { edge, stack, stackName, proxyNetwork, host, path, accepted, signal } = question;
  const answer = await probe(edge, { host, path, signal });
  const atMs = Date.now();
  const led = routeTargets(stack, stackName, edge.traefik, host, path);
  const routed = led.map(({ service }) => service);
  const [containers, services] = await Promise.all([
    observeContainers(engine, { stackName, routed, leftMs }),
    stackServices(engine, stackName),
  ]);
  const wrong = isWrongAnswer({ answer, accepted });
  const route: RouteObservation = {
    atMs,
    url: answer.url,
    accepted,
    answer,
    targets: led.map(({ service, port }) => ({
      service,
      port,
      replicas: services.find(({ Spec }) => shortName(stackName, Spec.Name) === service)?.Spec.Mode?.Replicated
        ?.Replicas,
      containers: containers.filter((one) => one.service === service),
    })),
    problems: explainRoute(stack, edge.traefik, { stackName, proxyNetwork }),
    redirects: await followRedirects(edge, answer, signal),
    strangers: wrong ? await observeStrangers(engine, { stack, stackName, proxyNetwork, containers }) : [],
    lines: wrong ? await readTellingLines(engine, routed, containers) : [],
  };
  return { route, activity: { atMs, containers: containers.map(({ activity }) => activity) } };
}

const TELLING = [...CONNECTION_LINES, ...NAME_LINES, ...MIGRATION_LINES];
/** Our own questions are logged, too: the lines of the start may lie far behind. */
const LINES_READ = 300;
const LINES_KEPT = 5;

/** What routed services logged in the words of a known program. */
async function readTellingLines(
  engine: Engine,
  routed: readonly string[],
  containers: readonly StackContainer[],
): Promise<ServiceLines[]> {
  return Promise.all(
    containers
      .filter(({ service }) => routed.includes(service))
      .map(async ({ id, service }) => {
        const lines = await lastLogLines(engine, id, LINES_READ).catch(() => []);
        return {
          service,
          lines: matchLines(lines, TELLING)
            .slice(-LINES_KEPT)
            .map(({ line }) => line),
        };
      }),
  );
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
