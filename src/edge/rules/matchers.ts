import { BlockList, isIP } from 'node:net';
import { GoRegexp, requestWork, type Work } from '../go-regexp.ts';
import type { TraefikVersion } from '../types.ts';
import { RuleError } from './parse.ts';

/** What a rule looks at. */
export interface RuleRequest {
  /** Lower case, without a port or a dot at the end. */
  readonly host: string;
  /** The path, decoded except for characters with a meaning in a URL; without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly clientAddress: string;
  /** What expressions may still do for this request. */
  readonly work: Work;
}

export type Matcher = (request: RuleRequest) => boolean;

interface MatcherKind {
  /** Allowed numbers of arguments; undefined: one or more. */
  readonly arity: readonly number[] | undefined;
  readonly build: (args: readonly string[]) => Matcher;
}

const one = [1];

function headerValues(request: RuleRequest, name: string): readonly string[] {
  const value = request.headers[name.toLowerCase()];
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

/** The list of one matcher's alternatives as a matcher. */
function anyOf(args: readonly string[], build: (arg: string) => Matcher): Matcher {
  const matchers = args.map(build);
  return (request) => matchers.some((matches) => matches(request));
}

function host(name: string): Matcher {
  if (!/^[\x21-\x7e]+$/.test(name)) throw new RuleError(`\`${name}\` is not a host name in ASCII`);
  const wanted = name.toLowerCase().replace(/\.$/, '');
  return (request) => request.host === wanted;
}

function path(wanted: string): Matcher {
  return (request) => request.path === rooted(wanted);
}

function pathPrefix(wanted: string): Matcher {
  return (request) => request.path.startsWith(rooted(wanted));
}

function rooted(path: string): string {
  if (!path.startsWith('/')) throw new RuleError(`path \`${path}\` does not start with a \`/\``);
  return path;
}

function clientIp(range: string): Matcher {
  const list = addressList([range]);
  return (request) => containsAddress(list, request.clientAddress);
}

/** Addresses and networks in CIDR form as a list; throws `RuleError` for anything else. */
export function addressList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (isIP(address) === 0) throw new RuleError(`\`${range}\` is not an address or network`);
    const width = family === 'ipv6' ? 128 : 32;
    const prefix = bits === undefined ? width : Number(bits);
    if (!Number.isInteger(prefix) || prefix < 0 || prefix > width) {
      throw new RuleError(`\`${range}\` is not an address or network`);
    }
    list.addSubnet(address, prefix, family);
  }
  return list;
}

/** Whether a peer address (an IPv4 one may come mapped into IPv6) lies in the list. */
export function containsAddress(list: BlockList, address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  const family = isIP(plain);
  return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
}

function pattern(source: string): GoRegexp {
  try {
    return new GoRegexp(source);
  } catch (error: unknown) {
    throw new RuleError(`\`${source}\`: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A v2 template (`{name}`, `{name:regexp}`, the rest literal) as a regular expression. */
function template(text: string, otherwise: string, tail: '$' | ''): GoRegexp {
  let source = '^';
  let end = 0;
  for (const match of text.matchAll(/\{(?<name>[^:{}]*)(?::(?<pattern>(?:[^{}]|\{[^{}]*\})*))?\}/g)) {
    source += `${escapeRegExp(text.slice(end, match.index))}(?:${match.groups?.['pattern'] ?? otherwise})`;
    end = match.index + match[0].length;
  }
  return pattern(source + escapeRegExp(text.slice(end)) + tail);
}

/** DNS has no longer names. */
const LONGEST_HOST = 255;

/**
 * Every request is held against the host patterns of every stack, so that these have work of their own: what one stack's
 * patterns do is not taken from another's.
 */
function hostMatcher(regexp: GoRegexp): Matcher {
  return ({ host }) => host.length <= LONGEST_HOST && regexp.test(host, requestWork());
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

const V3: Readonly<Record<string, MatcherKind>> = {
  Host: { arity: one, build: ([name = '']) => host(name) },
  HostRegexp: {
    arity: one,
    build: ([source = '']) => hostMatcher(pattern(source)),
  },
  Path: {
    arity: one,
    build: ([wanted = '']) => {
      rooted(wanted);
      return path(wanted);
    },
  },
  PathPrefix: {
    arity: one,
    build: ([wanted = '']) => {
      rooted(wanted);
      return pathPrefix(wanted);
    },
  },
  PathRegexp: {
    arity: one,
    build: ([source = '']) => {
      const regexp = pattern(source);
      return (request) => regexp.test(request.path, request.work);
    },
  },
  Method: {
    arity: one,
    build:
      ([method = '']) =>
      (request) =>
        request.method === method.toUpperCase(),
  },
  Header: {
    arity: [2],
    build:
      ([name = '', value = '']) =>
      (request) =>
        headerValues(request, name).includes(value),
  },
  HeaderRegexp: {
    arity: [2],
    build: ([name = '', source = '']) => {
      const regexp = pattern(source);
      return (request) => headerValues(request, name).some((value) => regexp.test(value, request.work));
    },
  },
  Query: {
    arity: [1, 2],
    build:
      ([name = '', value]) =>
      ({ query }) =>
        value === undefined ? query.has(name) : query.getAll(name).includes(value),
  },
  QueryRegexp: {
    arity: [1, 2],
    build: ([name = '', source = '']) => {
      const regexp = pattern(source);
      return ({ query, work }) => query.getAll(name).some((value) => regexp.test(value, work));
    },
  },
  ClientIP: { arity: one, build: ([range = '']) => clientIp(range) },
};

const V2: Readonly<Record<string, MatcherKind>> = {
  Host: { arity: undefined, build: (args) => anyOf(args, host) },
  HostHeader: { arity: undefined, build: (args) => anyOf(args, host) },
  HostRegexp: {
    arity: undefined,
    build: (args) => anyOf(args, (text) => hostMatcher(template(text, '[^.]+', '$'))),
  },
  Path: {
    arity: undefined,
    build: (args) =>
      anyOf(args, (text) => {
        const regexp = template(rooted(text), '[^/]+', '$');
        return (request) => regexp.test(request.path, request.work);
      }),
  },
  PathPrefix: {
    arity: undefined,
    build: (args) =>
      anyOf(args, (text) => {
        const regexp = template(rooted(text), '[^/]+', '');
        return (request) => regexp.test(request.path, request.work);
      }),
  },
  Method: { arity: undefined, build: (args) => (request) => args.some((arg) => request.method === arg.toUpperCase()) },
  Headers: {
    arity: [2],
    build:
      ([name = '', value = '']) =>
      (request) =>
        headerValues(request, name).includes(value),
  },
  HeadersRegexp: {
    arity: [2],
    build: ([name = '', source = '']) => {
      const regexp = pattern(source);
      return (request) => headerValues(request, name).some((value) => regexp.test(value, request.work));
    },
  },
  Query: {
    arity: undefined,
    build: (args) => {
      const pairs = args.map((arg) => arg.split(/=(?<value>.*)/s));
      return ({ query }) => pairs.every(([name = '', value = '']) => query.getAll(name).includes(value));
    },
  },
  ClientIP: { arity: undefined, build: (args) => anyOf(args, clientIp) },
};

/** The name as documented: Traefik also takes it in all lower, all upper and title case. */
export function canonicalMatcher(name: string, version: TraefikVersion): string | undefined {
  const kinds = version === 'v2' ? V2 : V3;
  return Object.keys(kinds).find((known) =>
    [known, known.toLowerCase(), known.toUpperCase(), titleCase(known)].includes(name),
  );
}

function titleCase(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).toLowerCase();
}

/** Whether a matcher is known in this version, and takes so many values. */
export function takesValues(name: string, count: number, version: TraefikVersion): boolean {
  const known = canonicalMatcher(name, version);
  const kind = known === undefined ? undefined : (version === 'v2' ? V2 : V3)[known];
  if (kind === undefined) return false;
  return kind.arity === undefined ? count > 0 : kind.arity.includes(count);
}

/** One matcher of a rule, compiled; throws `RuleError` when it is unknown or takes other arguments in this version. */
export function buildMatcher(name: string, args: readonly string[], version: TraefikVersion): Matcher {
  const known = canonicalMatcher(name, version);
  const kind = known === undefined ? undefined : (version === 'v2' ? V2 : V3)[known];
  if (kind === undefined) {
    const other = canonicalMatcher(name, version === 'v2' ? 'v3' : 'v2');
    throw new RuleError(
      other === undefined
        ? `there is no matcher \`${name}\``
        : `matcher \`${name}\` is not known to Traefik ${version}`,
    );
  }
  if (!takesValues(name, args.length, version)) {
    const expected = kind.arity === undefined ? 'at least 1' : kind.arity.join(' or ');
    throw new RuleError(`\`${name}\` takes ${expected} value${expected === '1' ? '' : 's'}, got ${args.length}`);
  }
  return kind.build(args);
}
