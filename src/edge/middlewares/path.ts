import { defineMiddleware, MiddlewareError } from './types.ts';
import { middlewareRegexp, pathOf, setPath } from './url.ts';

export const addPrefix = defineMiddleware({
  key: 'addPrefix',
  shape: { fields: { prefix: 'string' } },
  build: (config) => {
    if (config.prefix === undefined || config.prefix === '') throw new MiddlewareError('the prefix is missing');
    const { prefix } = config;
    return (exchange) => {
      setPath(exchange, prefix + pathOf(exchange.url));
      return undefined;
    };
  },
});

/** Replaces the whole path; the service finds the old one in `X-Replaced-Path`. */
export const replacePath = defineMiddleware({
  key: 'replacePath',
  shape: { fields: { path: 'string' } },
  build: (config) => (exchange) => {
    exchange.headers['x-replaced-path'] = pathOf(exchange.url);
    setPath(exchange, config.path ?? '/');
    return undefined;
  },
});

export const replacePathRegex = defineMiddleware({
  key: 'replacePathRegex',
  shape: { fields: { regex: 'string', replacement: 'string' } },
  build: (config) => {
    const pattern = middlewareRegexp(config.regex);
    return (exchange) => {
      const path = pathOf(exchange.url);
      if (!pattern.test(path, exchange.work)) return undefined;
      exchange.headers['x-replaced-path'] = path;
      setPath(exchange, pattern.replaceAll(path, config.replacement ?? '', exchange.work));
      return undefined;
    };
  },
});
