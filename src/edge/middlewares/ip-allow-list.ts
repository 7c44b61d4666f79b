import { STATUS_CODES } from 'node:http';
import { addressList, containsAddress } from '../rules/matchers.ts';
import { defineMiddleware, MiddlewareError, type MiddlewareKind } from './types.ts';

/** Lets only some addresses through, by the peer's own address. */
export const ipAllowList = allowList('ipAllowList');

/** The same under the name it had before Traefik 2.11. */
export const ipWhiteList = allowList('ipWhiteList');

function allowList(key: string): MiddlewareKind {
  return defineMiddleware({
    key,
    shape: { fields: { sourceRange: 'list', ipStrategy: 'unsupported', rejectStatusCode: 'int' } },
    build: (config) => {
      const ranges = config.sourceRange ?? [];
      if (ranges.length === 0) throw new MiddlewareError('`sourceRange` is empty');
      const list = addressList(ranges);
      const status = config.rejectStatusCode ?? 403;
      return (exchange) =>
        containsAddress(list, exchange.clientAddress)
          ? undefined
          : { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: STATUS_CODES[status] ?? '' };
    },
  });
}
