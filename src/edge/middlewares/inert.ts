import { defineMiddleware } from './types.ts';

/**
 * Middlewares that are accepted and do nothing here: with them a real Traefik gives the same answer, only smaller, later or
 * after another try.
 */
export const inertMiddlewares = [
  defineMiddleware({
    key: 'compress',
    shape: {
      fields: {
        excludedContentTypes: 'list',
        includedContentTypes: 'list',
        minResponseBodyBytes: 'int',
        encodings: 'list',
        defaultEncoding: 'string',
      },
      allowEmpty: true,
    },
    build: pass,
  }),
  defineMiddleware({
    key: 'retry',
    shape: { fields: { attempts: 'int', initialInterval: 'string', maxRequestBodyBytes: 'int' } },
    build: pass,
  }),
  defineMiddleware({
    key: 'buffering',
    shape: {
      fields: {
        maxRequestBodyBytes: 'int',
        memRequestBodyBytes: 'int',
        maxResponseBodyBytes: 'int',
        memResponseBodyBytes: 'int',
        retryExpression: 'string',
      },
    },
    build: pass,
  }),
  defineMiddleware({
    key: 'rateLimit',
    shape: {
      fields: {
        average: 'int',
        period: 'string',
        burst: 'int',
        sourceCriterion: {
          fields: {
            ipStrategy: { fields: { depth: 'int', excludedIPs: 'list', ipv6Subnet: 'int' } },
            requestHeaderName: 'string',
            requestHost: 'bool',
          },
        },
      },
    },
    build: pass,
  }),
  defineMiddleware({
    key: 'inFlightReq',
    shape: {
      fields: {
        amount: 'int',
        sourceCriterion: {
          fields: {
            ipStrategy: { fields: { depth: 'int', excludedIPs: 'list', ipv6Subnet: 'int' } },
            requestHeaderName: 'string',
            requestHost: 'bool',
          },
        },
      },
    },
    build: pass,
  }),
  defineMiddleware({ key: 'contentType', shape: { fields: { autoDetect: 'bool' }, allowEmpty: true }, build: pass }),
];

function pass() {
  return () => undefined;
}
