import type { Stack } from '../recipe/compose/types.ts';
import { isEnabled } from './labels/config.ts';
import { ENTRY_POINTS } from './labels/table.ts';
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
 * a rule that could match any host.
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

/**
 * The rules in a stack's labels, read from the labels themselves: those that our tables would drop are held to the same
 * bounds, because another proxy might take them.
 */
function ruleClaims(stack: Stack, version: TraefikVersion): RuleClaim[] {
  return Object.entries(stack.services).flatMap(([service, { deploy }]) => {
    const labels = deploy?.labels ?? {};
    if (!isEnabled(labels)) return [];
    return Object.entries(labels).flatMap(([label, rule]) => {
      const match = RULE_LABEL.exec(label);
      if (match === null || rule === '') return [];
      const sibling = (key: string): string => siblingOf(labels, match.groups?.['router'] ?? '', key);
      const syntax = sibling('rulesyntax') === 'v2' ? 'v2' : version;
      const protocol = match.groups?.['protocol']?.toLowerCase();
      const hosts = protocol === 'tcp' ? claimOfTcp(rule, sibling('entrypoints')) : claimOf(rule, syntax);
      return [{ service, label, rule, hosts }];
    });
  });
}

const RULE_LABEL = /^(?<router>traefik\.(?<protocol>http|tcp)\.routers\.[^.]+)\.rule$/i;

function siblingOf(labels: Readonly<Record<string, string>>, router: string, key: string): string {
  const wanted = `${router}.${key}`.toLowerCase();
  return Object.entries(labels).find(([label]) => label.toLowerCase() === wanted)?.[1] ?? '';
}

/** Every name on an entry point of its own is a port, not a host name. */
function claimOfTcp(rule: string, entryPoints: string): HostClaim {
  const claim = claimOf(rule, 'tcp');
  const names = entryPoints.split(',').map((name) => name.trim());
  const own = entryPoints !== '' && names.every((name) => !ENTRY_POINTS.includes(name));
  return claim === 'any' && own ? [] : claim;
}

/** A rule that cannot be parsed is dropped by every proxy, and claims nothing. */
function claimOf(rule: string, version: TraefikVersion | 'tcp'): HostClaim {
  try {
    return claimOfRule(parseRule(rule), version);
  } catch {
    return [];
  }
}
