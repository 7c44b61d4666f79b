import { parseRule } from '../rules/parse.ts';
import type { RouteProblem, TraefikVersion } from '../types.ts';
import type { Merged } from './merge.ts';
import { fullName, providerOf } from './names.ts';
import { usableServers } from './servers.ts';
import type { TcpRoute } from './table-types.ts';

/**
 * TCP routers, as far as we have them: ``HostSNI(`*`)`` and ``HostSNI(`name`)``, plain, with TLS ended here, or passed through.
 * Other TCP rules are named errors.
 */
export function buildTcpRoutes(
  merged: Merged,
  { version, entryPoints }: { readonly version: TraefikVersion; readonly entryPoints: readonly string[] },
  problems: RouteProblem[],
): TcpRoute[] {
  const routes: TcpRoute[] = [];
  for (const [name, { owner, value: router }] of merged.tcpRouters) {
    const prefix = `traefik.tcp.routers.${name}`;
    const add = (key: string, code: string, sentence: string, weight: RouteProblem['weight'] = 'dropped'): void => {
      problems.push({
        service: owner,
        label: `${prefix}.${key}`,
        code,
        sentence: `${prefix}.${key}: ${sentence}`,
        weight,
      });
    };
    const wanted = router.entryPoints ?? entryPoints;
    const known = wanted.filter((entryPoint) => entryPoints.includes(entryPoint));
    for (const entryPoint of wanted.filter((entryPoint) => !entryPoints.includes(entryPoint))) {
      add(
        'entrypoints',
        'route-unknown-entrypoint',
        `there is no entry point \`${entryPoint}\` (${entryPoints.join(', ')})`,
      );
    }
    if (known.length === 0) continue;
    const rule = readHostSni(router.rule);
    if (typeof rule === 'string') {
      add('rule', 'route-unsupported', rule, 'refused');
      continue;
    }
    if (router.tls === undefined && rule.serverNames !== undefined) {
      add('rule', 'route-rule', 'names a host, but the router has no TLS, and only TLS tells the host');
      continue;
    }
    const onHttp = known.some(
      (entryPoint) => entryPoint === 'web' || (entryPoint === 'web-secure' && router.tls === undefined),
    );
    if (onHttp) {
      add(
        'entrypoints',
        'route-unsupported',
        'the built-in router has TCP without TLS on no port that HTTP uses',
        'refused',
      );
      continue;
    }
    const suffix = `@${providerOf(version)}`;
    const reference = fullName(router.service, version);
    const service = reference.endsWith(suffix) ? merged.tcpServices.get(reference.slice(0, -suffix.length)) : undefined;
    const servers =
      service === undefined ? `the service \`${reference}\` does not exist` : usableServers(service.value);
    if (typeof servers === 'string') {
      add('service', 'route-service', servers);
      continue;
    }
    routes.push({
      name: `${name}${suffix}`,
      service: owner,
      rule: router.rule,
      entryPoints: known,
      tls: router.tls === undefined ? 'none' : router.tls.passthrough === true ? 'passthrough' : 'terminate',
      serverNames: rule.serverNames,
      servers,
    });
  }
  return routes;
}

function readHostSni(rule: string): { readonly serverNames: readonly string[] | undefined } | string {
  try {
    const node = parseRule(rule);
    if (node.kind !== 'call' || node.name.toLowerCase() !== 'hostsni' || node.args.length === 0) {
      return 'only HostSNI rules are supported by the built-in router';
    }
    return { serverNames: node.args.includes('*') ? undefined : node.args.map((name) => name.toLowerCase()) };
  } catch (error: unknown) {
    return error instanceof Error ? error.message : String(error);
  }
}
