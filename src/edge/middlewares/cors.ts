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

function allowedOrigin(origin: string | undefined, config: CorsConfig): string | undefined {
  const list = config.accessControlAllowOriginList ?? [];
  if (list.includes('*')) return '*';
  if (origin === undefined) return undefined;
  if (list.includes(origin)) return origin;
  const patterns = config.accessControlAllowOriginListRegex ?? [];
  return patterns.some((source) => middlewareRegexp(source).test(origin)) ? origin : undefined;
}

/** Answers a browser's preflight request when the settings speak about cross-origin access at all. */
export function preflight(exchange: Exchange, config: CorsConfig): LocalAnswer | undefined {
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
  const allowed = allowedOrigin(origin, config);
  if (allowed !== undefined) answer['access-control-allow-origin'] = allowed;
  answer['access-control-max-age'] = String(config.accessControlMaxAge ?? 0);
  return { status: 200, headers: answer, body: '' };
}

/** Adds what a browser needs to let a page of another origin read the answer. */
export function applyCors(response: ResponseHeaders, origin: string | undefined, config: CorsConfig): void {
  const allowed = allowedOrigin(origin, config);
  if (allowed !== undefined) response['access-control-allow-origin'] = allowed;
  if (config.accessControlAllowCredentials === true) response['access-control-allow-credentials'] = 'true';
  const exposed = config.accessControlExposeHeaders ?? [];
  if (exposed.length > 0) response['access-control-expose-headers'] = exposed.join(',');
  if (config.addVaryHeader === true) {
    const before = response['vary'];
    response['vary'] = before === undefined ? 'Origin' : [before, 'Origin'].flat().join(', ');
  }
}
