import { createServer } from 'node:http';
import type { RoutingTable } from '../labels/table-types.ts';
import type { RouteProblem, TraefikVersion } from '../types.ts';
import type { RouterState } from './types.ts';

/** The router's private port, on the loopback of its own container. */
export const ADMIN_PORT = 9099;

/** A route as the admin answer shows it. */
export interface RouteSummary {
  readonly name: string;
  readonly service: string;
  readonly rule: string;
  readonly priority: number;
  readonly entryPoints: readonly string[];
  readonly tls: boolean;
  readonly middlewares: readonly string[];
  readonly servers: readonly string[];
}

/** The admin answer to `/table`. */
export interface RouterReport {
  readonly version: TraefikVersion;
  readonly routers: readonly RouteSummary[];
  readonly tcpRouters: readonly string[];
  /** Routes of services without a task that is up. */
  readonly waiting: readonly string[];
  readonly problems: readonly RouteProblem[];
}

/** The state as plain data. */
export function reportOf({ table, waiting }: RouterState): RouterReport {
  return {
    version: table.version,
    routers: summarise(table),
    tcpRouters: table.tcpRouters.map(({ name }) => name),
    waiting: waiting.routers.map(({ name }) => name),
    problems: [...table.problems, ...waiting.problems],
  };
}

function summarise(table: RoutingTable): RouteSummary[] {
  return table.routers.map(({ name, service, rule, priority, entryPoints, tls, middlewares, target }) => ({
    name,
    service,
    rule,
    priority,
    entryPoints,
    tls,
    middlewares: middlewares.map((middleware) => middleware.name),
    servers: target.servers.map((server) => `${server.scheme}://${server.address}:${server.port}`),
  }));
}

/** Answers `/ping` and `/table` on loopback. */
export async function startAdmin(state: () => RouterState, port = ADMIN_PORT): Promise<AsyncDisposable> {
  const server = createServer((request, response) => {
    if (request.url === '/ping') {
      response.end('OK\n');
    } else if (request.url === '/table') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(reportOf(state())));
    } else {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
