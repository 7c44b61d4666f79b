import type { RouteProblem, TraefikVersion } from '../types.ts';
import {
  decodeLabels,
  type LabelConfig,
  type MiddlewareConfig,
  type RouterConfig,
  type ServiceConfig,
  type TcpRouterConfig,
} from './config.ts';
import { normalizeName } from './names.ts';
import type { RoutedService } from './table-types.ts';

/** A router with its rule and service filled in. */
export interface ResolvedRouter extends RouterConfig {
  readonly rule: string;
  readonly service: string;
}

/** A load balancer; the servers are those of one Swarm service until services of the same name are merged. */
export interface ResolvedService {
  /** Everything but the servers: has to be equal for two services of one name. */
  readonly settings: NonNullable<ServiceConfig['loadBalancer']>;
  readonly servers: readonly { readonly address: string; readonly port: string; readonly scheme: 'http' | 'https' }[];
}

export interface ResolvedTcpRouter extends TcpRouterConfig {
  readonly rule: string;
  readonly service: string;
}

/** What one Swarm service adds to the table, names bare. */
export interface Contribution {
  readonly owner: string;
  readonly routers: ReadonlyMap<string, ResolvedRouter>;
  readonly services: ReadonlyMap<string, ResolvedService>;
  readonly middlewares: ReadonlyMap<string, MiddlewareConfig>;
  readonly tcpRouters: ReadonlyMap<string, ResolvedTcpRouter>;
  readonly tcpServices: ReadonlyMap<string, ResolvedService>;
  readonly problems: readonly RouteProblem[];
}

/**
 * Fills in what one service's labels leave out, as Traefik's provider does: a service of its own, the rule
 * ``Host(`<name>`)``, the one service for every router. A missing port drops all of it.
 */
export function resolveService(service: RoutedService, version: TraefikVersion): Contribution {
  const problems: RouteProblem[] = [];
  const nothing: Contribution = {
    owner: service.name,
    routers: new Map(),
    services: new Map(),
    middlewares: new Map(),
    tcpRouters: new Map(),
    tcpServices: new Map(),
    problems,
  };
  const add = (label: string, code: string, sentence: string, weight: RouteProblem['weight'] = 'dropped'): void => {
    problems.push({ service: service.name, label, code, sentence, weight });
  };
  const config = decodeLabels(service.name, service.labels, version);
  if ('code' in config) {
    problems.push(config);
    return nothing;
  }
  if (config.lbSwarm) {
    const label = 'traefik.swarm.lbswarm' in service.labels ? 'traefik.swarm.lbswarm' : 'traefik.docker.lbswarm';
    add(
      label,
      'route-unsupported',
      `${label} needs Swarm's own load balancer, which the built-in router does not use`,
      'refused',
    );
    return nothing;
  }
  for (const name of config.udpRouters) {
    const label = `traefik.udp.routers.${name}`;
    add(label, 'route-unknown-entrypoint', `${label}: the built-in router has no UDP entry point`);
  }
  const fallback = normalizeName(service.name);
  const tcpServices = withDefault(config.tcpServices, Object.keys(config.tcpRouters).length > 0, fallback);
  const usesHttp = [config.routers, config.services, config.middlewares].some((part) => Object.keys(part).length > 0);
  const usesOther = Object.keys(tcpServices).length > 0 || config.udpRouters.length > 0;
  const services = withDefault(config.services, usesHttp || !usesOther, fallback);

  const portless =
    findPortless('tcp', tcpServices) ?? (usesHttp || !usesOther ? findPortless('http', services) : undefined);
  if (portless !== undefined) {
    add(portless, 'route-port-missing', `${portless} is missing; Traefik then ignores every label of this service`);
    return nothing;
  }
  const scheme = findOtherScheme(services);
  if (scheme !== undefined) {
    add(
      scheme,
      'route-unsupported',
      `${scheme} is neither http nor https, which is all that the built-in router speaks`,
      'refused',
    );
    return nothing;
  }
  return {
    ...nothing,
    routers: resolveRouters(config, Object.keys(services), usesHttp || !usesOther ? fallback : undefined, add),
    services: resolveServers(services, service.addresses),
    middlewares: new Map(Object.entries(config.middlewares)),
    tcpRouters: resolveTcpRouters(config, Object.keys(tcpServices), add),
    tcpServices: resolveServers(tcpServices, service.addresses),
  };
}

type AnyService = {
  readonly loadBalancer?: { readonly server?: { readonly port?: string; readonly scheme?: string } };
};
type AddProblem = (label: string, code: string, sentence: string, weight?: RouteProblem['weight']) => void;

function withDefault<S extends AnyService>(
  services: Readonly<Record<string, S>>,
  wanted: boolean,
  name: string,
): Record<string, AnyService> {
  return Object.keys(services).length === 0 && wanted ? { [name]: {} } : services;
}

function findPortless(protocol: 'http' | 'tcp', services: Readonly<Record<string, AnyService>>): string | undefined {
  const found = Object.entries(services).find(([, { loadBalancer }]) => (loadBalancer?.server?.port ?? '') === '');
  return found === undefined ? undefined : `traefik.${protocol}.services.${found[0]}.loadbalancer.server.port`;
}

function findOtherScheme(services: Readonly<Record<string, AnyService>>): string | undefined {
  const found = Object.entries(services).find(([, { loadBalancer }]) => {
    const scheme = loadBalancer?.server?.scheme;
    return scheme !== undefined && scheme !== 'http' && scheme !== 'https';
  });
  return found === undefined ? undefined : `traefik.http.services.${found[0]}.loadbalancer.server.scheme`;
}

function resolveServers(
  services: Readonly<Record<string, AnyService>>,
  addresses: readonly string[],
): Map<string, ResolvedService> {
  return new Map(
    Object.entries(services).map(([name, { loadBalancer = {} }]) => {
      const { server = {}, ...settings } = loadBalancer;
      const { port = '' } = server;
      const scheme = server.scheme === 'https' ? 'https' : 'http';
      return [name, { settings, servers: addresses.map((address) => ({ address, port, scheme })) }];
    }),
  );
}

function resolveRouters(
  config: LabelConfig,
  services: readonly string[],
  fallback: string | undefined,
  add: AddProblem,
): Map<string, ResolvedRouter> {
  const routers = new Map<string, ResolvedRouter>();
  let named: Readonly<Record<string, RouterConfig>> = config.routers;
  if (fallback !== undefined && Object.keys(named).length === 0 && services.length === 1) named = { [fallback]: {} };
  for (const [name, router] of Object.entries(named)) {
    const label = `traefik.http.routers.${name}`;
    let { rule } = router;
    if (rule === undefined || rule === '') {
      rule = `Host(\`${fallback ?? name}\`)`;
      add(
        `${label}.rule`,
        'route-default-rule',
        `${label}.rule is missing, so Traefik answers only for ${rule}`,
        'warning',
      );
    }
    const service = router.service ?? (services.length === 1 ? services[0] : undefined);
    if (service === undefined) {
      const sentence = `${label}.service is missing, and ${services.length} services are defined: Traefik drops the router`;
      add(`${label}.service`, 'route-ambiguous-service', sentence);
      continue;
    }
    routers.set(name, { ...router, rule, service });
  }
  return routers;
}

function resolveTcpRouters(
  config: LabelConfig,
  services: readonly string[],
  add: AddProblem,
): Map<string, ResolvedTcpRouter> {
  const routers = new Map<string, ResolvedTcpRouter>();
  for (const [name, router] of Object.entries(config.tcpRouters)) {
    const label = `traefik.tcp.routers.${name}`;
    const service = router.service ?? (services.length === 1 ? services[0] : undefined);
    if (router.rule === undefined || router.rule === '') {
      add(`${label}.rule`, 'route-rule', `${label}.rule is missing: Traefik drops the router`);
    } else if (service === undefined) {
      add(`${label}.service`, 'route-ambiguous-service', `${label}.service is missing: Traefik drops the router`);
    } else {
      routers.set(name, { ...router, rule: router.rule, service });
    }
  }
  return routers;
}
