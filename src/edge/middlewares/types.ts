import type { IncomingHttpHeaders } from 'node:http';
import type { Work } from '../go-regexp.ts';
import type { Decoded, ObjectShape } from '../labels/shape.ts';
import type { TraefikVersion } from '../types.ts';

/** A request on its way to a service. Middlewares change it in place. */
export interface Exchange {
  readonly method: string;
  readonly secure: boolean;
  readonly clientAddress: string;
  /** As the client wrote it, port included. */
  readonly host: string;
  /** Path and query. */
  url: string;
  readonly headers: IncomingHttpHeaders;
  /** What expressions may still do for this request. */
  readonly work: Work;
  /** Called on the answer's headers, the last one added first. */
  readonly onResponse: ((headers: ResponseHeaders) => void)[];
}

/** Header names in lower case. */
export type ResponseHeaders = Record<string, string | string[] | undefined>;

/** An answer that a middleware gives instead of the service. */
export interface LocalAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string;
}

/** Lets a request pass (undefined) or answers it. */
export type Middleware = (exchange: Exchange) => LocalAnswer | undefined | Promise<LocalAnswer | undefined>;

export interface BuildOptions {
  readonly version: TraefikVersion;
}

/** One kind of middleware. `build` throws `MiddlewareError` where Traefik would refuse the settings. */
export interface MiddlewareKind {
  readonly key: string;
  readonly shape: ObjectShape;
  readonly build: (config: unknown, options: BuildOptions) => Middleware;
}

/** Settings that make no middleware: Traefik disables every router that uses it, or (`route-unsupported`) we are not able to. */
export class MiddlewareError extends Error {
  readonly code: 'route-middleware' | 'route-unsupported';

  constructor(message: string, code: 'route-middleware' | 'route-unsupported' = 'route-middleware') {
    super(message);
    this.name = 'MiddlewareError';
    this.code = code;
  }
}

/** Ties a kind's shape to the type its builder gets. */
export function defineMiddleware<const S extends ObjectShape>(kind: {
  readonly key: string;
  readonly shape: S;
  readonly build: (config: Decoded<S>, options: BuildOptions) => Middleware;
}): MiddlewareKind {
  return { ...kind, build: (config, options) => kind.build(config as Decoded<S>, options) };
}
