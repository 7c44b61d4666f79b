import { defineMiddleware, type Exchange } from './types.ts';
import { middlewareRegexp, pathOf, setPath } from './url.ts';

/** Takes the first prefix that fits off the path and tells the service in `X-Forwarded-Prefix`. */
export const stripPrefix = defineMiddleware({
  key: 'stripPrefix',
  shape: { fields: { prefixes: 'list', forceSlash: 'bool' } },
  build: (config) => (exchange) => {
    const path = pathOf(exchange.url);
    const prefix = (config.prefixes ?? []).find((prefix) => path.startsWith(prefix));
    if (prefix !== undefined) strip(exchange, prefix);
    return undefined;
  },
});

/** The same with regular expressions, which have to match at the beginning. */
export const stripPrefixRegex = defineMiddleware({
  key: 'stripPrefixRegex',
  shape: { fields: { regex: 'list' } },
  build: (config) => {
    const patterns = (config.regex ?? []).map((source) => middlewareRegexp(source));
    return (exchange) => {
      const path = pathOf(exchange.url);
      const prefix = patterns
        .map((pattern) => pattern.first(path, exchange.work) ?? '')
        .find((found) => found !== '' && path.startsWith(found));
      if (prefix !== undefined) strip(exchange, prefix);
      return undefined;
    };
  },
});

function strip(exchange: Exchange, prefix: string): void {
  const before = exchange.headers['x-forwarded-prefix'];
  exchange.headers['x-forwarded-prefix'] = before === undefined ? prefix : [before, prefix].flat().join(',');
  setPath(exchange, pathOf(exchange.url).slice(prefix.length));
}
