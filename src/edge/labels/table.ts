import { messageOf } from '../../base/errors.ts';
import { MiddlewareError } from '../middlewares/types.ts';
import { hasTemplate } from '../rules/hosts.ts';
import { type CompiledRule, compileRule } from '../rules/rule.ts';
import type { RouteProblem, TraefikVersion } from '../types.ts';
import { isEnabled } from './config.ts';
import { type Merged, mergeContributions, type Owned } from './merge.ts';
import { buildMiddlewares } from './middleware-table.ts';
import { fullName, providerOf } from './names.ts';
import { type Contribution, type ResolvedRouter, resolveService } from './resolve.ts';
import { usableServers } from './servers.ts';
import type { HttpRoute, RoutedService, RouteTarget, RoutingTable } from './table-types.ts';
import { buildTcpRoutes } from './tcp-table.ts';

/** The entry points that Co-op Cloud's recipes know by name and the built-in router has. */
export const ENTRY_POINTS: readonly string[] = ['web', 'web-secure'];

export interface TableOptions {
  readonly version: TraefikVersion;
  readonly entryPoints?: readonly string[] | undefined;
}

/**
 * Turns the labels of all services into routes, dropping what a Traefik of that version drops and saying so. Services that
 * are not enabled or have no task up do not take part. Names belong to their stack: where a Traefik lets stacks use, join or
 * spoil what others define, each stack has only what it defines itself.
 */
export function buildTable(services: readonly RoutedService[], options: TableOptions): RoutingTable {
  const { version, entryPoints = ENTRY_POINTS } = options;
  const stacks = Map.groupBy(services, ({ stack }) => stack);
  const parts = [...stacks.values()].map((members) => buildStack(members, { version, entryPoints }));
  return {
    version,
    // Traefik's order for equal priorities is not documented; the recording shows the later name in front.
    routers: parts
      .flatMap(({ routers }) => routers)
      .sort((one, other) => other.priority - one.priority || (one.name < other.name ? 1 : -1)),
    tcpRouters: parts
      .flatMap(({ tcpRouters }) => tcpRouters)
      .sort((one, other) => Number(one.serverNames === undefined) - Number(other.serverNames === undefined)),
    problems: parts.flatMap(({ problems }) => problems),
  };
}

type Known = Required<TableOptions> & { readonly entryPoints: readonly string[] };

function buildStack(
  services: readonly RoutedService[],
  { version, entryPoints }: Known,
): Omit<RoutingTable, 'version'> {
  const parts = services
    .filter((service) => service.addresses.length > 0 && isEnabled(service.labels))
    .map((service) => resolveAlone(service, version));
  const merged = mergeContributions(parts);
  const problems = [...merged.problems];
  const routers: HttpRoute[] = [];
  for (const [name, owned] of merged.routers) {
    try {
      const route = buildRoute(name, owned, merged, { version, entryPoints }, problems);
      if (route !== undefined) routers.push(route);
    } catch (error: unknown) {
      problems.push(unreadable(owned.owner, `traefik.http.routers.${name}`, messageOf(error)));
    }
  }
  return { routers, tcpRouters: buildTcpRoutes(merged, { version, entryPoints }, problems), problems };
}

/** Far beyond what any recipe says; the work that labels make grows with both. */
const MOST_LABELS = 1000;
const MOST_CHARACTERS = 128 * 1024;

/** What one service says, whatever that is: what cannot be read takes away nobody's routes but its own. */
function resolveAlone(service: RoutedService, version: TraefikVersion): Contribution {
  const labels = Object.entries(service.labels);
  const characters = labels.reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  let why: string;
  if (labels.length > MOST_LABELS || characters > MOST_CHARACTERS) {
    why = `the labels are more than the router reads: ${MOST_LABELS}, and ${MOST_CHARACTERS} characters`;
  } else {
    try {
      return resolveService(service, version);
    } catch (error: unknown) {
      why = messageOf(error);
    }
  }
  const [routers, services, middlewares] = [new Map(), new Map(), new Map()];
  const [tcpRouters, tcpServices] = [new Map(), new Map()];
  const problems = [unreadable(service.name, 'traefik', why)];
  return { owner: service.name, routers, services, middlewares, tcpRouters, tcpServices, problems };
}

function unreadable(service: string, label: string, why: string): RouteProblem {
  return { service, label, code: 'route-unreadable', sentence: `${label}: cannot be read: ${why}`, weight: 'dropped' };
}

function buildRoute(
  name: string,
  { owner, value: router }: Owned<ResolvedRouter>,
  merged: Merged,
  { version, entryPoints }: Known,
  problems: RouteProblem[],
): HttpRoute | undefined {
  const prefix = `traefik.http.routers.${name}`;
  const add = (key: string, code: string, sentence: string, weight: RouteProblem['weight'] = 'dropped'): undefined => {
    problems.push({
      service: owner,
      label: `${prefix}.${key}`,
      code,
      sentence: `${prefix}.${key}: ${sentence}`,
      weight,
    });
    return undefined;
  };
  const wanted = router.entryPoints ?? entryPoints;
  const unknown = wanted.filter((entryPoint) => !entryPoints.includes(entryPoint));
  for (const entryPoint of unknown) {
    add(
      'entrypoints',
      'route-unknown-entrypoint',
      `there is no entry point \`${entryPoint}\` (${entryPoints.join(', ')})`,
    );
  }
  if (unknown.length === wanted.length) return undefined;

  const compiled = compileRouterRule(router, version);
  if ('code' in compiled) return add('rule', compiled.code, compiled.sentence);
  if (router.ruleSyntax === 'v2' && version === 'v3') {
    add('rulesyntax', 'route-rule-syntax', 'works, but Traefik warns that it will go', 'warning');
  }
  if (version === 'v3' && router.ruleSyntax !== 'v2' && hasTemplate(compiled.node)) {
    add('rule', 'route-rule-v2', 'HostRegexp is in the form of Traefik v2; under v3 it matches no host');
  }
  if (router.tls === undefined && wanted.includes('web-secure')) {
    add('tls', 'route-no-tls', 'is not set, so the router does not answer HTTPS', 'warning');
  }
  const target = findTarget(fullName(router.service, version), merged, version);
  if (typeof target === 'string') {
    const internal = router.service.endsWith('@internal');
    return add('service', internal ? 'route-unsupported' : 'route-service', target, internal ? 'refused' : 'dropped');
  }
  if (router.tls?.options !== undefined && router.tls.options !== 'default') {
    return add('tls.options', 'route-unsupported', 'is not supported by the built-in router', 'refused');
  }
  try {
    return {
      name: `${name}@${providerOf(version)}`,
      service: owner,
      rule: router.rule,
      priority: router.priority === undefined || router.priority === 0 ? compiled.priority : router.priority,
      entryPoints: wanted.filter((entryPoint) => entryPoints.includes(entryPoint)),
      tls: router.tls !== undefined,
      matches: compiled.matches,
      middlewares: buildMiddlewares(router.middlewares ?? [], merged, version),
      target,
    };
  } catch (error: unknown) {
    if (!(error instanceof MiddlewareError)) throw error;
    return add('middlewares', error.code, error.message, error.code === 'route-unsupported' ? 'refused' : 'dropped');
  }
}

function compileRouterRule(
  { rule, ruleSyntax }: ResolvedRouter,
  version: TraefikVersion,
): CompiledRule | { readonly code: string; readonly sentence: string } {
  const syntax = version === 'v3' && ruleSyntax === 'v2' ? 'v2' : version;
  const found = tryRule(rule, syntax);
  if (typeof found !== 'string') return found;
  const other = syntax === 'v2' ? 'v3' : 'v2';
  const fits = typeof tryRule(rule, other) !== 'string';
  return {
    code: fits ? `route-rule-${other}` : 'route-rule',
    sentence: fits ? `${found}; this is a rule for Traefik ${other}, and the proxy here is ${version}` : found,
  };
}

function tryRule(rule: string, version: TraefikVersion): CompiledRule | string {
  try {
    return compileRule(rule, version);
  } catch (error: unknown) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The service that a router names, or why it cannot be used. */
function findTarget(name: string, merged: Merged, version: TraefikVersion): RouteTarget | string {
  const suffix = `@${providerOf(version)}`;
  const service = name.endsWith(suffix) ? merged.services.get(name.slice(0, -suffix.length))?.value : undefined;
  if (service === undefined) return `the service \`${name}\` does not exist`;
  const servers = usableServers(service);
  if (typeof servers === 'string') return servers;
  const cookie = service.settings.sticky?.cookie;
  return {
    name,
    servers,
    passHostHeader: service.settings.passHostHeader ?? true,
    sticky:
      cookie === undefined
        ? undefined
        : {
            name: cookie.name ?? '_cc_ci_sticky',
            path: cookie.path ?? '/',
            secure: cookie.secure === true,
            httpOnly: cookie.httpOnly === true,
            sameSite: cookie.sameSite,
            maxAge: cookie.maxAge,
            domain: cookie.domain,
          },
  };
}
