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

/** `^[a-z]+\.app\.ci\.test$` can only match below `app.ci.test`; undefined when the end is open or not literal. */
function suffixOfRegexp(source: string): string | undefined {
  if (/[|()]/.test(source.replaceAll(/\\./g, '')) || !source.endsWith('$')) return undefined;
  const match = /(?<literal>(?:\\\.[a-z0-9-]+)+)\$$/i.exec(source);
  // A quantifier cannot follow a literal inside the match, so all of it is fixed text.
  return match === null ? undefined : `*${(match.groups?.['literal'] ?? '').replaceAll('\\.', '.').toLowerCase()}`;
}

/** `{sub:[a-z]+}.app.ci.test`: what follows the last brace is literal. */
function suffixOfTemplate(text: string): string | undefined {
  const end = text.lastIndexOf('}');
  const rest = text.slice(end + 1).toLowerCase();
  if (end === -1) return rest;
  return /^(?:\.[a-z0-9-]+)+$/.test(rest) ? `*${rest}` : undefined;
}
