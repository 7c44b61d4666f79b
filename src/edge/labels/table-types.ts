import type { Middleware } from '../middlewares/types.ts';
import type { Matcher } from '../rules/matchers.ts';
import type { RouteProblem, TraefikVersion } from '../types.ts';

/** A Swarm service as the router sees it. */
export interface RoutedService {
  /** Its name in the Swarm, `<stack>_<service>`. */
  readonly name: string;
  /** The stack that it belongs to; undefined for one that was made by itself. */
  readonly stack?: string | undefined;
  /** Labels of the service (`deploy.labels`), not of its containers. */
  readonly labels: Readonly<Record<string, string>>;
  /** Addresses of its tasks that are up (and healthy). Without any, Traefik does not know the service at all. */
  readonly addresses: readonly string[];
}

export interface Server {
  readonly address: string;
  /** As written in the label; a table never holds one that is no number. */
  readonly port: number;
  readonly scheme: 'http' | 'https';
}

export interface StickyCookie {
  readonly name: string;
  readonly path: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: string | undefined;
  readonly maxAge: number | undefined;
  readonly domain: string | undefined;
}

/** Where a router sends requests. */
export interface RouteTarget {
  readonly name: string;
  readonly servers: readonly Server[];
  readonly passHostHeader: boolean;
  readonly sticky: StickyCookie | undefined;
}

export interface NamedMiddleware {
  readonly name: string;
  readonly run: Middleware;
}

export interface HttpRoute {
  /** Full name, such as `app@swarm`. */
  readonly name: string;
  readonly service: string;
  readonly rule: string;
  readonly priority: number;
  readonly entryPoints: readonly string[];
  readonly tls: boolean;
  readonly matches: Matcher;
  readonly middlewares: readonly NamedMiddleware[];
  readonly target: RouteTarget;
}

export interface TcpRoute {
  readonly name: string;
  readonly service: string;
  readonly rule: string;
  readonly entryPoints: readonly string[];
  /** `passthrough`: the service speaks TLS itself; `terminate`: we do; `none`: plain. */
  readonly tls: 'none' | 'terminate' | 'passthrough';
  /** Names in the TLS greeting, lower case; undefined for every one (`*`). */
  readonly serverNames: readonly string[] | undefined;
  readonly servers: readonly Server[];
}

/** What a Traefik would make of the labels: the routes in the order they are tried, and what fell away. */
export interface RoutingTable {
  readonly version: TraefikVersion;
  readonly routers: readonly HttpRoute[];
  readonly tcpRouters: readonly TcpRoute[];
  readonly problems: readonly RouteProblem[];
}
