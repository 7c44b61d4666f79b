import type { Stack } from '../recipe/compose/types.ts';
import { decodeLabels, isEnabled } from './labels/config.ts';
import { claimOfRule, type HostClaim } from './rules/hosts.ts';
import { parseRule } from './rules/parse.ts';
import type { RouteProblem, TraefikVersion } from './types.ts';

interface RuleClaim {
  readonly service: string;
  readonly label: string;
  readonly rule: string;
  readonly hosts: HostClaim;
}

/**
 * The host names that a stack's routers answer, in order of their labels: names, `*.suffix` for a narrow pattern, and `*` for
 * a rule that could match any host. Labels that no proxy takes claim nothing.
 */
export function claimedHosts(stack: Stack, version: TraefikVersion): readonly string[] {
  return [...new Set(ruleClaims(stack, version).flatMap(({ hosts }) => (hosts === 'any' ? ['*'] : hosts)))];
}

/**
 * Holds a stack to the host names of its run: an allowed name or one below it. Anything else, and a rule that could match any
 * host, is `refused`. Names below an allowed one get a warning, because the wildcard certificate does not cover them.
 */
export function checkClaims(
  stack: Stack,
  options: { readonly allowedHosts: readonly string[]; readonly version: TraefikVersion },
): readonly RouteProblem[] {
  const allowed = options.allowedHosts.map((host) => host.toLowerCase());
  const problems: RouteProblem[] = [];
  for (const { service, label, rule, hosts } of ruleClaims(stack, options.version)) {
    const add = (code: string, sentence: string, weight: RouteProblem['weight']): void => {
      problems.push({ service, label, code, sentence: `${label} (${rule}) ${sentence}`, weight });
    };
    if (hosts === 'any') {
      add('route-any-host', 'could answer for any host; a stack may claim only host names of its own run', 'refused');
      continue;
    }
    for (const host of hosts) {
      const bare = host.replace(/^\*\./, '');
      if (!allowed.some((name) => bare === name || bare.endsWith(`.${name}`))) {
        add(
          'route-foreign-host',
          `claims ${host}, which is not a host name of this run (${allowed.join(', ')})`,
          'refused',
        );
      } else if (!allowed.includes(host)) {
        add('tls-name-not-covered', `claims ${host}, which the wildcard certificate does not cover`, 'warning');
      }
    }
  }
  return problems;
}

function ruleClaims(stack: Stack, version: TraefikVersion): RuleClaim[] {
  return Object.entries(stack.services).flatMap(([service, { deploy }]) => {
    const labels = deploy?.labels ?? {};
    if (!isEnabled(labels)) return [];
    const config = decodeLabels(service, labels, version);
    if ('code' in config) return [];
    const http = Object.entries(config.routers).map(([name, router]) => ({ protocol: 'http', name, router }));
    const tcp = Object.entries(config.tcpRouters).map(([name, router]) => ({ protocol: 'tcp', name, router }));
    return [...http, ...tcp].flatMap(({ protocol, name, router }) => {
      if (router.rule === undefined || router.rule === '') return [];
      const syntax = router.ruleSyntax === 'v2' ? 'v2' : version;
      const label = `traefik.${protocol}.routers.${name}.rule`;
      return [{ service, label, rule: router.rule, hosts: claimOf(router.rule, protocol === 'tcp', syntax) }];
    });
  });
}

/** A rule that cannot be parsed is dropped by every proxy, and claims nothing. */
function claimOf(rule: string, tcp: boolean, version: TraefikVersion): HostClaim {
  try {
    return claimOfRule(parseRule(rule), tcp ? 'tcp' : version);
  } catch {
    return [];
  }
}
