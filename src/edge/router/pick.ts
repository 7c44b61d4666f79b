import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { requestWork, type Work, WorkError } from '../go-regexp.ts';
import type { HttpRoute, RouteTarget, RoutingTable, Server } from '../labels/table-types.ts';
import type { RuleRequest } from '../rules/matchers.ts';

/** The parts of a request that rules see. The host is compared without port, in lower case. */
export function ruleRequest(wanted: {
  readonly host: string;
  readonly url: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly clientAddress: string;
  readonly work?: Work;
}): RuleRequest {
  const end = wanted.url.indexOf('?');
  const path = end === -1 ? wanted.url : wanted.url.slice(0, end);
  return {
    host: wanted.host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, ''),
    path: decodePath(path),
    query: new URLSearchParams(end === -1 ? '' : wanted.url.slice(end + 1)),
    method: wanted.method,
    headers: wanted.headers,
    clientAddress: wanted.clientAddress,
    work: wanted.work ?? requestWork(),
  };
}

function decodePath(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/**
 * The first route in the table's order that fits. A router with TLS answers TLS only, one without answers plain only. A
 * route whose expressions take too long for this request does not fit it.
 */
export function pickRoute(
  table: RoutingTable,
  entryPoint: string,
  secure: boolean,
  request: RuleRequest,
): HttpRoute | undefined {
  return table.routers.find(
    (route) => route.tls === secure && route.entryPoints.includes(entryPoint) && fits(route, request),
  );
}

/** A name or an address, and a port. */
const AUTHORITY = /^(?:[a-z0-9._-]{1,255}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

/**
 * What a request line asks for. With a scheme it names the host itself, which then counts and not the `Host` header (RFC 9112,
 * 3.2.2); undefined where that is no host. Pure.
 */
export function targetOf(url: string): { readonly authority: string | undefined; readonly path: string } | undefined {
  const scheme = /^[a-z][a-z0-9+.-]{0,20}:\/\//i.exec(url)?.[0];
  if (scheme === undefined) return { authority: undefined, path: url };
  const rest = url.slice(scheme.length);
  const end = rest.search(/[/?#]/);
  const authority = end === -1 ? rest : rest.slice(0, end);
  if (!/^https?:/i.test(scheme) || !AUTHORITY.test(authority)) return undefined;
  const path = end === -1 ? '/' : rest.slice(end);
  return { authority, path: path.startsWith('/') ? path : `/${path}` };
}

function fits(route: HttpRoute, request: RuleRequest): boolean {
  try {
    return route.matches(request);
  } catch (error: unknown) {
    if (error instanceof WorkError) return false;
    throw error;
  }
}

/** Resolves `.` and `..` and repeated slashes before any rule sees the path, so that no rule can be walked around. */
export function cleanUrl(url: string): string {
  const end = url.indexOf('?');
  const path = end === -1 ? url : url.slice(0, end);
  const query = end === -1 ? '' : url.slice(end);
  const kept: string[] = [];
  for (const part of path.split('/')) {
    const plain = part.replaceAll(/%2e/gi, '.');
    if (plain === '..') kept.pop();
    else if (plain !== '.' && plain !== '') kept.push(part);
  }
  const slash = kept.length > 0 && /\/(?:\.{0,2}|%2e|%2e%2e)$/i.test(path) ? '/' : '';
  return `/${kept.join('/')}${slash}${query}`;
}

/** The value of a sticky cookie that stands for a server. */
export function stickyValue({ scheme, address, port }: Server): string {
  return createHash('sha256').update(`${scheme}://${address}:${port}`).digest('hex').slice(0, 16);
}

/** The server that a sticky cookie asks for, if it is still one of the target's. */
export function stickyServer(target: RouteTarget, cookieHeader: string | undefined): Server | undefined {
  const { sticky } = target;
  if (sticky === undefined || cookieHeader === undefined) return undefined;
  const pairs = cookieHeader.split(';').map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(`${sticky.name}=`))?.slice(sticky.name.length + 1);
  return target.servers.find((server) => stickyValue(server) === value);
}

/** The `Set-Cookie` header that keeps a client at a server. */
export function stickyCookie(target: RouteTarget, server: Server): string | undefined {
  const { sticky } = target;
  if (sticky === undefined) return undefined;
  return [
    `${sticky.name}=${stickyValue(server)}`,
    `Path=${sticky.path}`,
    ...(sticky.domain === undefined ? [] : [`Domain=${sticky.domain}`]),
    ...(sticky.maxAge === undefined ? [] : [`Max-Age=${sticky.maxAge}`]),
    ...(sticky.httpOnly ? ['HttpOnly'] : []),
    ...(sticky.secure ? ['Secure'] : []),
    ...(sticky.sameSite === undefined ? [] : [`SameSite=${sticky.sameSite}`]),
  ].join('; ');
}
