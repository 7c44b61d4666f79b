import type { TraefikVersion } from '../types.ts';
import { canonicalMatcher, takesValues } from './matchers.ts';
import type { RuleNode } from './parse.ts';

/** The host names that a rule can match: a list of names and `*.suffix` patterns, or any name at all. */
export type HostClaim = 'any' | readonly string[];

/**
 * Which host names a rule could answer, erring towards `any`: only what is certainly narrow counts as narrow.
 * A negation claims everything; a conjunction is as narrow as its narrower side.
 */
export function claimOfRule(node: RuleNode, version: TraefikVersion | 'tcp'): HostClaim {
  if (node.kind === 'not') return 'any';
  if (node.kind === 'call') {
    return version === 'tcp' ? claimOfSni(node.name, node.args) : claimOfMatcher(node.name, node.args, version);
  }
  const left = claimOfRule(node.left, version);
  const right = claimOfRule(node.right, version);
  if (node.kind === 'and') return left === 'any' ? right : left;
  return left === 'any' || right === 'any' ? 'any' : [...new Set([...left, ...right])];
}

/** TCP routers see a host name only in the TLS greeting. */
function claimOfSni(name: string, args: readonly string[]): HostClaim {
  return name.toLowerCase() !== 'hostsni' || args.includes('*') ? 'any' : args.map(bareName);
}

function bareName(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

function claimOfMatcher(written: string, args: readonly string[], version: TraefikVersion): HostClaim {
  const name = canonicalMatcher(written, version);
  if (name === 'Host' || name === 'HostHeader') return args.map(bareName);
  if (name !== 'HostRegexp') return 'any';
  const claims = args.flatMap((arg) => (version === 'v2' ? claimOfTemplate(arg) : claimOfRegexp(arg)));
  return claims.includes(undefined) ? 'any' : claims.filter((claim) => claim !== undefined);
}

/** Matchers of TCP routers, in lower case. */
const TCP_MATCHERS: readonly string[] = ['hostsni', 'hostsniregexp', 'clientip', 'alpn'];

/** Whether all matchers of a rule are known in this syntax, with as many values as they have: else a proxy drops the router. */
export function readsRule(node: RuleNode, version: TraefikVersion | 'tcp'): boolean {
  if (node.kind === 'not') return readsRule(node.of, version);
  if (node.kind !== 'call') return readsRule(node.left, version) && readsRule(node.right, version);
  if (version === 'tcp') return TCP_MATCHERS.includes(node.name.toLowerCase()) && node.args.length > 0;
  return takesValues(node.name, node.args.length, version);
}

/** What a name can be made of. Whatever else a pattern asks for, no host has. */
const HOST_TEXT = /^[a-z0-9._-]*$/i;

/**
 * A placeholder of v2, all of it: literal text around `{name}` and `{name:pattern}`. Read as v3's regular expression it asks
 * for a brace, so it matches no host. Only this strict form is sure of that: `[{a:]*` asks for none.
 */
const V2_TEMPLATE = /^[a-z0-9._-]*(?:\{\w+:[^{}|()]*(?:\{[\d,]+\}[^{}|()]*)?\}[a-z0-9._-]*)+$/i;

/**
 * `^[a-z]+\.app\.ci\.test$` can only match below `app.ci.test`. Undefined, which stands for every host, when the end is open or
 * not literal, or when it has more than classes, literal text, `*`, `+` and `?`.
 */
function claimOfRegexp(source: string): (string | undefined)[] {
  if (V2_TEMPLATE.test(source)) return [];
  const plain = source.replaceAll(/\\[.dwsDWS-]/g, '');
  if (/[|()\\]/.test(plain) || !source.endsWith('$')) return [undefined];
  // A quantifier is no part of a label, so all that follows the last part that is not one is fixed text.
  const parts = source.slice(0, -1).split('\\.');
  const open = Math.max(
    0,
    parts.findLastIndex((part) => !/^[a-z0-9-]+$/i.test(part)),
  );
  const labels = parts.slice(open + 1);
  return [labels.length === 0 ? undefined : `*.${labels.join('.').toLowerCase()}`];
}

/** Whether a rule has a placeholder of v2 for hosts. */
export function hasTemplate(node: RuleNode): boolean {
  if (node.kind === 'not') return hasTemplate(node.of);
  if (node.kind === 'call') return /^hostregexp$/i.test(node.name) && node.args.some((arg) => /\{\w+:/.test(arg));
  return hasTemplate(node.left) || hasTemplate(node.right);
}

/** `{sub:[a-z]+}.app.ci.test`: what follows the last brace is literal. Without a brace all of it is. */
function claimOfTemplate(text: string): (string | undefined)[] {
  const end = text.lastIndexOf('}');
  const rest = text.slice(end + 1).toLowerCase();
  if (end === -1) return HOST_TEXT.test(text) ? [bareName(text)] : [];
  return [/^(?:\.[a-z0-9-]+)+$/.test(rest) ? `*${rest}` : undefined];
}
