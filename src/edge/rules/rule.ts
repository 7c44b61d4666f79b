import type { TraefikVersion } from '../types.ts';
import { buildMatcher, canonicalMatcher, type Matcher } from './matchers.ts';
import { parseRule, type RuleNode } from './parse.ts';

/** A rule that can be asked. */
export interface CompiledRule {
  readonly node: RuleNode;
  readonly matches: Matcher;
  /** The priority a router has when it names none: the length of its rule in bytes, spaces included. */
  readonly priority: number;
}

/** Compiles a rule; throws `RuleError` where Traefik of that version would disable the router. */
export function compileRule(rule: string, version: TraefikVersion): CompiledRule {
  const node = parseRule(rule);
  return { node, matches: compileNode(node, version).matches, priority: Buffer.byteLength(rule) };
}

interface CompiledNode {
  readonly matches: Matcher;
  /** What it takes to ask it at the least: 0 to compare texts, 1 an expression over the host, 2 over anything else. */
  readonly cost: number;
}

function costOf(name: string, version: TraefikVersion): number {
  const matcher = canonicalMatcher(name, version) ?? '';
  if (matcher === 'HostRegexp') return 1;
  return matcher.endsWith('Regexp') || (version === 'v2' && matcher.startsWith('Path')) ? 2 : 0;
}

/**
 * The cheaper side is asked first, which changes no answer: a rule that names its host then does no work for requests to
 * other hosts, wherever in it the host stands.
 */
function compileNode(node: RuleNode, version: TraefikVersion): CompiledNode {
  if (node.kind === 'call') {
    return { matches: buildMatcher(node.name, node.args, version), cost: costOf(node.name, version) };
  }
  if (node.kind === 'not') {
    const inner = compileNode(node.of, version);
    return { matches: (request) => !inner.matches(request), cost: inner.cost };
  }
  const left = compileNode(node.left, version);
  const right = compileNode(node.right, version);
  const [first, second] = left.cost <= right.cost ? [left, right] : [right, left];
  return node.kind === 'and'
    ? { matches: (request) => first.matches(request) && second.matches(request), cost: first.cost }
    : { matches: (request) => first.matches(request) || second.matches(request), cost: second.cost };
}
