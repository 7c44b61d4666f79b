import type { TraefikVersion } from '../types.ts';
import { buildMatcher, type Matcher } from './matchers.ts';
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
  return { node, matches: compileNode(node, version), priority: Buffer.byteLength(rule) };
}

function compileNode(node: RuleNode, version: TraefikVersion): Matcher {
  if (node.kind === 'call') return buildMatcher(node.name, node.args, version);
  if (node.kind === 'not') {
    const inner = compileNode(node.of, version);
    return (request) => !inner(request);
  }
  const left = compileNode(node.left, version);
  const right = compileNode(node.right, version);
  return node.kind === 'and'
    ? (request) => left(request) && right(request)
    : (request) => left(request) || right(request);
}
