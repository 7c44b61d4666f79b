import type { Stack } from '../../recipe/compose/types.ts';
import { isEnabled } from '../labels/config.ts';
import { type LabelEntry, labelSets, listValues, readEntries } from '../labels/entries.ts';
import { ENTRY_POINTS } from '../labels/table.ts';
import { claimOfRule, type HostClaim, readsRule } from '../rules/hosts.ts';
import { parseRule, type RuleNode } from '../rules/parse.ts';
import type { RouteProblem, TraefikVersion } from '../types.ts';

interface RuleEntry {
  readonly entry: LabelEntry;
  /** Every label of the same router. */
  readonly router: readonly LabelEntry[];
}

/**
 * The host names that the enabled services of a stack answer under a Traefik of that version, router by router: names,
 * `*.suffix` for a narrow pattern, and `*` for a rule that could match any host. A rule that cannot be read answers for none.
 */
export function claimedHosts(stack: Stack, version: TraefikVersion): readonly string[] {
  const hosts = Object.values(stack.services).flatMap(({ deploy }) => {
    const labels = deploy?.labels ?? {};
    if (!isEnabled(labels)) return [];
    return rulesOf(readEntries(labels).entries).flatMap(({ entry, router }) => {
      const syntax = router.some(({ key, value }) => key === 'rulesyntax' && value === 'v2') ? 'v2' : version;
      const node = tryParse(entry.value);
      if (typeof node === 'string') return [];
      if (entry.protocol === 'tcp' && hasPortOfItsOwn(router)) return [];
      const claim = claimOfRule(node, entry.protocol === 'tcp' ? 'tcp' : syntax);
      return claim === 'any' ? ['*'] : claim;
    });
  });
  return [...new Set(hosts)];
}

/**
 * Holds a stack to the host names of its run: an allowed name or one below it. Anything else, a rule that could match any
 * host, and labels or rules that cannot be read for certain, are `refused`. Names below an allowed one get a warning, because
 * the wildcard certificate does not cover them.
 *
 * Which proxy will follow the labels is not known for certain: it may expose services that do not ask for it, and read rules
 * by either syntax. So all labels of all services are judged, and a rule by every syntax that knows its matchers.
 */
export function checkClaims(
  stack: Stack,
  { allowedHosts }: { readonly allowedHosts: readonly string[] },
): readonly RouteProblem[] {
  const allowed = allowedHosts.map((host) => host.toLowerCase());
  return Object.entries(stack.services).flatMap(([service, definition]) =>
    labelSets(definition).flatMap((labels) => {
      const { entries, problems } = readEntries(labels);
      return [
        ...problems.map((problem) => ({ service, ...problem })),
        ...rulesOf(entries).flatMap((rule) => judgeRule(service, rule, allowed)),
      ];
    }),
  );
}

function judgeRule(service: string, { entry, router }: RuleEntry, allowed: readonly string[]): RouteProblem[] {
  const { label, value, protocol } = entry;
  const problems: RouteProblem[] = [];
  const add = (code: string, sentence: string, weight: RouteProblem['weight'] = 'refused'): void => {
    problems.push({ service, label, code, sentence: `${label} (${shorten(value)}) ${sentence}`, weight });
  };
  const node = tryParse(value);
  const claim = typeof node === 'string' ? undefined : widestClaim(node, protocol);
  if (claim === undefined) {
    const why = typeof node === 'string' ? node : 'no Traefik known to cc-ci has such a matcher with so many values';
    add('route-rule', `cannot be read, so nobody knows which hosts it would take: ${why}`);
  } else if (claim === 'any') {
    // Every name on an entry point of its own is a port, not a host name: that is asked for, not refused (reach.ts).
    if (protocol !== 'tcp' || !hasPortOfItsOwn(router))
      add('route-any-host', 'could answer for any host; a stack may claim only host names of its own run');
  } else {
    for (const host of claim) {
      const bare = host.replace(/^\*\./, '');
      if (!allowed.some((name) => bare === name || bare.endsWith(`.${name}`)))
        add('route-foreign-host', `claims ${host}, which is not a host name of this run (${allowed.join(', ')})`);
      else if (!allowed.includes(host))
        add('tls-name-not-covered', `claims ${host}, which the wildcard certificate does not cover`, 'warning');
    }
  }
  return problems;
}

function rulesOf(entries: readonly LabelEntry[]): RuleEntry[] {
  const routers = Map.groupBy(
    entries.filter(({ protocol, kind }) => (protocol === 'http' || protocol === 'tcp') && kind === 'routers'),
    ({ protocol, name }) => `${protocol} ${name}`,
  );
  return [...routers.values()].flatMap((router) =>
    router.filter(({ key, value }) => key === 'rule' && value !== '').map((entry) => ({ entry, router })),
  );
}

function hasPortOfItsOwn(router: readonly LabelEntry[]): boolean {
  const names = listValues(router, 'entrypoints');
  return names.length > 0 && names.every((name) => !ENTRY_POINTS.includes(name));
}

/** A parsed rule, or what is wrong with it. */
function tryParse(rule: string): RuleNode | string {
  try {
    return parseRule(rule);
  } catch (error: unknown) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What a rule could answer by any syntax that knows all its matchers; undefined where none does. */
function widestClaim(node: RuleNode, protocol: string): HostClaim | undefined {
  const syntaxes = protocol === 'tcp' ? (['tcp'] as const) : (['v2', 'v3'] as const);
  const claims = syntaxes.filter((syntax) => readsRule(node, syntax)).map((syntax) => claimOfRule(node, syntax));
  if (claims.length === 0) return undefined;
  return claims.includes('any') ? 'any' : [...new Set(claims.filter((claim) => claim !== 'any').flat())];
}

function shorten(rule: string): string {
  return rule.length > 200 ? `${rule.slice(0, 200)}…` : rule;
}
