import { middlewareShape } from '../middlewares/registry.ts';
import type { RouteProblem, TraefikVersion } from '../types.ts';
import { decodeNode, parseGoBool } from './decode.ts';
import type { Decoded, ObjectShape, Shape } from './shape.ts';
import { LabelError, labelTree } from './tree.ts';

const tlsShape = {
  fields: {
    options: 'string',
    certResolver: 'string',
    domains: { items: { fields: { main: 'string', sans: 'list' } } },
  },
  allowEmpty: true,
} as const;

const routerShape = {
  fields: {
    entryPoints: 'list',
    middlewares: 'list',
    service: 'string',
    rule: 'string',
    ruleSyntax: 'string',
    priority: 'int',
    tls: tlsShape,
    observability: {
      fields: { accessLogs: 'bool', metrics: 'bool', tracing: 'bool', traceVerbosity: 'string' },
    },
  },
} as const;

const serviceShape = {
  fields: {
    loadBalancer: {
      fields: {
        sticky: {
          fields: {
            cookie: {
              fields: {
                name: 'string',
                secure: 'bool',
                httpOnly: 'bool',
                sameSite: 'string',
                maxAge: 'int',
                path: 'string',
                domain: 'string',
              },
              allowEmpty: true,
            },
          },
        },
        server: {
          fields: { port: 'string', scheme: 'string', url: 'unsupported', preservePath: 'unsupported' },
        },
        passHostHeader: 'bool',
        healthCheck: 'unsupported',
        passiveHealthCheck: 'unsupported',
        responseForwarding: { fields: { flushInterval: 'string' } },
        serversTransport: 'unsupported',
        strategy: 'string',
      },
    },
  },
} as const;

const tcpRouterShape = {
  fields: {
    entryPoints: 'list',
    middlewares: 'unsupported',
    service: 'string',
    rule: 'string',
    ruleSyntax: 'string',
    priority: 'int',
    tls: {
      fields: { ...tlsShape.fields, passthrough: 'bool' },
      allowEmpty: true,
    },
  },
} as const;

const tcpServiceShape = {
  fields: {
    loadBalancer: {
      fields: {
        server: { fields: { port: 'string', tls: 'unsupported' } },
        proxyProtocol: 'unsupported',
        serversTransport: 'unsupported',
        terminationDelay: 'int',
      },
    },
  },
} as const;

const udpShape = {
  fields: {
    routers: { named: { fields: { entryPoints: 'list', service: 'string' } } },
    services: { named: { fields: { loadBalancer: { fields: { server: { fields: { port: 'string' } } } } } } },
  },
} as const;

const rootShape = {
  fields: {
    http: {
      fields: {
        routers: { named: routerShape },
        services: { named: serviceShape },
        middlewares: { named: { opaque: middlewareShape } },
        serversTransports: 'unsupported',
      },
    },
    tcp: {
      fields: {
        routers: { named: tcpRouterShape },
        services: { named: tcpServiceShape },
        middlewares: 'unsupported',
        serversTransports: 'unsupported',
      },
    },
    udp: udpShape,
    tls: 'unsupported',
  },
} as const satisfies ObjectShape;

const settingsShape = {
  fields: {
    enable: 'string',
    docker: { fields: { network: 'string', lbSwarm: 'bool' } },
    swarm: { fields: { network: 'string', lbSwarm: 'bool' } },
  },
} as const satisfies ObjectShape;

export type RouterConfig = Decoded<typeof routerShape>;
export type ServiceConfig = Decoded<typeof serviceShape>;
export type MiddlewareConfig = Readonly<Record<string, unknown>>;
export type TcpRouterConfig = Decoded<typeof tcpRouterShape>;
export type TcpServiceConfig = Decoded<typeof tcpServiceShape>;

/** Everything that one service's labels say, names as written. */
export interface LabelConfig {
  readonly routers: Readonly<Record<string, RouterConfig>>;
  readonly services: Readonly<Record<string, ServiceConfig>>;
  readonly middlewares: Readonly<Record<string, MiddlewareConfig>>;
  readonly tcpRouters: Readonly<Record<string, TcpRouterConfig>>;
  readonly tcpServices: Readonly<Record<string, TcpServiceConfig>>;
  readonly udpRouters: readonly string[];
  /** The network whose addresses are to be used, when the labels choose one. */
  readonly network: string | undefined;
  readonly lbSwarm: boolean;
}

/** Keys that came with v3: an older Traefik rejects them. */
const V3_ONLY =
  /^traefik\.(?:http|tcp)\.(?:routers\.[^.]+\.(?:rulesyntax|observability\b)|services\.[^.]+\.loadbalancer\.strategy)/i;

/** Whether a service asks to be routed: `traefik.enable` is true. */
export function isEnabled(labels: Readonly<Record<string, string>>): boolean {
  const key = Object.keys(labels).find((label) => label.toLowerCase() === 'traefik.enable');
  return key !== undefined && parseGoBool(labels[key] ?? '') === true;
}

/**
 * Decodes a service's labels. A problem instead of a configuration means that Traefik of that version takes none of them
 * (or that we are not able to).
 */
export function decodeLabels(
  service: string,
  labels: Readonly<Record<string, string>>,
  version: TraefikVersion,
): LabelConfig | RouteProblem {
  try {
    const newer = version === 'v2' ? Object.keys(labels).find((label) => V3_ONLY.test(label)) : undefined;
    if (newer !== undefined)
      throw new LabelError(newer, 'route-unknown-key', 'has a key that Traefik v2 does not know');
    const root = decodeRoot(labels, ['traefik.http', 'traefik.tcp', 'traefik.udp', 'traefik.tls'], rootShape) as
      | Decoded<typeof rootShape>
      | undefined;
    const settings = decodeRoot(labels, ['traefik.enable', 'traefik.docker', 'traefik.swarm'], settingsShape) as
      | Decoded<typeof settingsShape>
      | undefined;
    if (settings?.docker !== undefined && settings.swarm !== undefined) {
      throw new LabelError('traefik.swarm', 'route-bad-value', 'and `traefik.docker` cannot both be given');
    }
    const provider = settings?.swarm ?? settings?.docker;
    return {
      routers: root?.http?.routers ?? {},
      services: root?.http?.services ?? {},
      middlewares: root?.http?.middlewares ?? {},
      tcpRouters: root?.tcp?.routers ?? {},
      tcpServices: root?.tcp?.services ?? {},
      udpRouters: Object.keys(root?.udp?.routers ?? {}),
      network: provider?.network,
      lbSwarm: provider?.lbSwarm === true,
    };
  } catch (error: unknown) {
    if (!(error instanceof LabelError)) throw error;
    const unsupported = error.code === 'route-unsupported';
    return {
      service,
      label: error.label,
      code: error.code,
      sentence: unsupported
        ? `${error.label} ${error.message}`
        : `${error.label} ${error.message}; Traefik then ignores every label of this service`,
      weight: unsupported ? 'refused' : 'dropped',
    };
  }
}

function decodeRoot(labels: Readonly<Record<string, string>>, prefixes: readonly string[], shape: Shape): unknown {
  const tree = labelTree(labels, prefixes);
  return tree.children.length === 0 ? undefined : decodeNode(tree, shape);
}
