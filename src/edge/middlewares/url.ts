import { GoRegexp } from '../go-regexp.ts';
import { type Exchange, MiddlewareError } from './types.ts';

/** The path of a request target, without the query. */
export function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

/** Replaces the path and keeps the query; a path always begins with a slash. */
export function setPath(exchange: Exchange, path: string): void {
  const query = exchange.url.slice(pathOf(exchange.url).length);
  exchange.url = `${path.startsWith('/') ? '' : '/'}${path}${query}`;
}

/** The address the client asked for, as redirects compare it: `https://host/path?query`. */
export function clientUrl(exchange: Exchange): string {
  const host = exchange.host.replace(exchange.secure ? /:443$/ : /:80$/, '');
  return `${exchange.secure ? 'https' : 'http'}://${host}${exchange.url}`;
}

/** A Go regular expression of a middleware's settings. */
export function middlewareRegexp(source: string | undefined): GoRegexp {
  if (source === undefined || source === '') throw new MiddlewareError('the regular expression is missing');
  try {
    return new GoRegexp(source);
  } catch (error: unknown) {
    throw new MiddlewareError(`\`${source}\`: ${error instanceof Error ? error.message : String(error)}`);
  }
}
