import { STATUS_CODES } from 'node:http';
import { defineMiddleware, type Exchange, type LocalAnswer, MiddlewareError } from './types.ts';
import { clientUrl, middlewareRegexp } from './url.ts';

const ADDRESS = /^(https?:\/\/)?(\[[\w:.]+\]|[\w._-]+)?(:\d+)?(.*)$/s;

/** Sends the client to the same address under another scheme, unless it is there already. */
export const redirectScheme = defineMiddleware({
  key: 'redirectScheme',
  shape: { fields: { scheme: 'string', port: 'string', permanent: 'bool' } },
  build: (config) => {
    const { scheme } = config;
    if (scheme === undefined || scheme === '') throw new MiddlewareError('the scheme is missing');
    const usual = { http: '80', https: '443' }[scheme.toLowerCase()];
    const port = config.port === undefined || config.port === '' || config.port === usual ? '' : `:${config.port}`;
    return (exchange) => {
      const from = clientUrl(exchange);
      const match = ADDRESS.exec(from);
      if (match === null) return undefined;
      const [, , host = '', , rest = ''] = match;
      const to = `${scheme}://${host}${port}${rest}`;
      return to === from ? undefined : redirect(exchange, to, config.permanent === true);
    };
  },
});

/** Sends the client elsewhere when the address it asked for matches. */
export const redirectRegex = defineMiddleware({
  key: 'redirectRegex',
  shape: { fields: { regex: 'string', replacement: 'string', permanent: 'bool' } },
  build: (config) => {
    const pattern = middlewareRegexp(config.regex);
    return (exchange) => {
      const from = clientUrl(exchange);
      if (!pattern.test(from, exchange.work)) return undefined;
      const to = pattern.replaceAll(from, config.replacement ?? '', exchange.work);
      return to === from ? undefined : redirect(exchange, to, config.permanent === true);
    };
  },
});

/** 301 or 302; methods with a body keep it by 308 or 307. */
export function redirect(exchange: Exchange, location: string, permanent: boolean): LocalAnswer {
  const keepMethod = exchange.method !== 'GET';
  const status = permanent ? (keepMethod ? 308 : 301) : keepMethod ? 307 : 302;
  return { status, headers: { location }, body: STATUS_CODES[status] ?? '' };
}
