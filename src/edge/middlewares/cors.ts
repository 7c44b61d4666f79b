import type { GoRegexp } from '../go-regexp.ts';
import type { Decoded } from '../labels/shape.ts';
import type { Exchange, LocalAnswer, ResponseHeaders } from './types.ts';
import { middlewareRegexp } from './url.ts';

export const corsFields = {
  accessControlAllowCredentials: 'bool',
  accessControlAllowHeaders: 'list',
  accessControlAllowMethods: 'list',
  accessControlAllowOriginList: 'list',
  accessControlAllowOriginListRegex: 'list',
  accessControlExposeHeaders: 'list',
  accessControlMaxAge: 'int',
  addVaryHeader: 'bool',
} as const;

type CorsConfig = Decoded<{ readonly fields: typeof corsFields }>;

/** Decides which origin an answer allows. Throws `MiddlewareError` for a pattern that cannot be used. */
export function originsOf(config: CorsConfig): Origins {
  const patterns = (config.accessControlAllowOriginListRegex ?? []).map(middlewareRegexp);
  return (exchange) => allowedOrigin(exchange, config.accessControlAllowOriginList ?? [], patterns);
}

export type Origins = (exchange: Exchange) => string | undefined;

function allowedOrigin(
  { headers: { origin }, work }: Exchange,
  list: readonly string[],
  patterns: readonly GoRegexp[],
): string | undefined {
  if (list.includes('*')) return '*';
  if (origin === undefined) return undefined;
  if (list.includes(origin)) return origin;
  return patterns.some((pattern) => pattern.test(origin, work)) ? origin : undefined;
}

/** Answers a browser's preflight request when the settings speak about cross-origin access at all. */
export function preflight(exchange: Exchange, config: CorsConfig, origins: Origins): LocalAnswer | undefined {
  const { origin } = exchange.headers;
  const asks = exchange.headers['access-control-request-method'] !== undefined;
  const configured = Object.keys(corsFields).some((field) => field in config);
  if (!configured || exchange.method !== 'OPTIONS' || !asks || origin === undefined) return undefined;
  const answer: Record<string, string> = {};
  if (config.accessControlAllowCredentials === true) answer['access-control-allow-credentials'] = 'true';
  const list = (name: string, values: readonly string[] | undefined): void => {
    if (values !== undefined && values.length > 0) answer[name] = values.join(',');
  };
  list('access-control-allow-headers', config.accessControlAllowHeaders);
  list('access-control-allow-methods', config.accessControlAllowMethods);
  const allowed = origins(exchange);
  if (allowed !== undefined) answer['access-control-allow-origin'] = allowed;
  answer['access-control-max-age'] = String(config.accessControlMaxAge ?? 0);
  return { status: 200, headers: answer, body: '' };
}

/** Adds what a browser needs to let a page of another origin read the answer. */
export function applyCors(response: ResponseHeaders, allowed: string | undefined, config: CorsConfig): void {
  if (allowed !== undefined) response['access-control-allow-origin'] = allowed;
  if (config.accessControlAllowCredentials === true) response['access-control-allow-credentials'] = 'true';
  const exposed = config.accessControlExposeHeaders ?? [];
  if (exposed.length > 0) response['access-control-expose-headers'] = exposed.join(',');
  if (config.addVaryHeader === true) {
    const before = response['vary'];
    response['vary'] = before === undefined ? 'Origin' : [before, 'Origin'].flat().join(', ');
  }
}
