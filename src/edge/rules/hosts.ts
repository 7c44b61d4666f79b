import type { TraefikVersion } from '../types.ts';
import { canonicalMatcher } from './matchers.ts';
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
  const claims = args.map((arg) =>
    version === 'v2' || V2_TEMPLATE.test(arg) ? suffixOfTemplate(arg) : suffixOfRegexp(arg),
  );
  return claims.includes(undefined) ? 'any' : claims.filter((claim) => claim !== undefined);
}

/** A placeholder of v2. Read as v3's regular expression it matches no host, so its v2 meaning is the wider one. */
const V2_TEMPLATE = /\{\w+:/;

/** Whether a rule has a placeholder of v2 for hosts. */
export function hasTemplate(node: RuleNode): boolean {
  if (node.kind === 'not') return hasTemplate(node.of);
  if (node.kind === 'call') return /^hostregexp$/i.test(node.name) && node.args.some((arg) => V2_TEMPLATE.test(arg));
  return hasTemplate(node.left) || hasTemplate(node.right);
}

/** `^[a-z]+\.app\.ci\.test$` can only match below `app.ci.test`; undefined when the end is open or not literal. */
function suffixOfRegexp(source: string): string | undefined {
  if (/[|()]/.test(source.replaceAll(/\\./g, '')) || !source.endsWith('$')) return undefined;
  // A quantifier is no part of a label, so all that follows the last part that is not one is fixed text.
  const parts = source.slice(0, -1).split('\\.');
  const open = Math.max(
    0,
    parts.findLastIndex((part) => !/^[a-z0-9-]+$/i.test(part)),
  );
  const labels = parts.slice(open + 1);
  return labels.length === 0 ? undefined : `*.${labels.join('.').toLowerCase()}`;
}

/** `{sub:[a-z]+}.app.ci.test`: what follows the last brace is literal. */
function suffixOfTemplate(text: string): string | undefined {
  const end = text.lastIndexOf('}');
  const rest = text.slice(end + 1).toLowerCase();
  if (end === -1) return rest;
  return /^(?:\.[a-z0-9-]+)+$/.test(rest) ? `*${rest}` : undefined;
}
