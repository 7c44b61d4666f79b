import type { ObjectShape, Shape } from '../labels/shape.ts';
import { basicAuth } from './basic-auth.ts';
import { forwardAuth } from './forward-auth.ts';
import { headers } from './headers.ts';
import { inertMiddlewares } from './inert.ts';
import { ipAllowList, ipWhiteList } from './ip-allow-list.ts';
import { addPrefix, replacePath, replacePathRegex } from './path.ts';
import { redirectRegex, redirectScheme } from './redirect.ts';
import { stripPrefix, stripPrefixRegex } from './strip-prefix.ts';
import type { MiddlewareKind } from './types.ts';

/** Every kind of middleware that the built-in router runs, `chain` aside, which only names others. */
export const MIDDLEWARE_KINDS: readonly MiddlewareKind[] = [
  addPrefix,
  basicAuth,
  forwardAuth,
  headers,
  ipAllowList,
  ipWhiteList,
  redirectRegex,
  redirectScheme,
  replacePath,
  replacePathRegex,
  stripPrefix,
  stripPrefixRegex,
  ...inertMiddlewares,
];

/** Traefik's middlewares that the built-in router has not: their use is an error that names the label (docs/router.md). */
export const UNSUPPORTED_MIDDLEWARES = [
  'circuitBreaker',
  'digestAuth',
  'encodedCharacters',
  'errors',
  'grpcWeb',
  'passTLSClientCert',
  'plugin',
] as const;

/** The keys below `traefik.http.middlewares.<name>`. */
export const middlewareShape: ObjectShape = {
  fields: Object.fromEntries<Shape>([
    ...MIDDLEWARE_KINDS.map((kind) => [kind.key, kind.shape] as const),
    ...UNSUPPORTED_MIDDLEWARES.map((key) => [key, 'unsupported'] as const),
    ['chain', { fields: { middlewares: 'list' } }] as const,
  ]),
};
