import { validateHeaderName, validateHeaderValue } from 'node:http';
import { messageOf } from '../../base/errors.ts';
import type { Decoded } from '../labels/shape.ts';
import { applyCors, corsFields, originsOf, preflight } from './cors.ts';
import { redirect } from './redirect.ts';
import { defineMiddleware, type Exchange, type LocalAnswer, MiddlewareError, type ResponseHeaders } from './types.ts';

const fields = {
  ...corsFields,
  customRequestHeaders: 'map',
  customResponseHeaders: 'map',
  stsSeconds: 'int',
  stsIncludeSubdomains: 'bool',
  stsPreload: 'bool',
  forceSTSHeader: 'bool',
  frameDeny: 'bool',
  customFrameOptionsValue: 'string',
  contentTypeNosniff: 'bool',
  browserXssFilter: 'bool',
  customBrowserXSSValue: 'string',
  contentSecurityPolicy: 'string',
  contentSecurityPolicyReportOnly: 'string',
  publicKey: 'string',
  referrerPolicy: 'string',
  featurePolicy: 'string',
  permissionsPolicy: 'string',
  isDevelopment: 'bool',
  sslRedirect: 'bool',
  sslTemporaryRedirect: 'bool',
  sslHost: 'string',
  sslForceHost: 'bool',
  sslProxyHeaders: 'map',
  allowedHosts: 'unsupported',
  hostsProxyHeaders: 'list',
} as const;

type Config = Decoded<{ readonly fields: typeof fields }>;

/**
 * Sets and removes headers, security headers included. The `ssl…` redirects, which older recipes rely on, do something under
 * Traefik v2 only; v3 takes them and ignores them.
 */
export const headers = defineMiddleware({
  key: 'headers',
  shape: { fields },
  build: (config, { version }) => {
    const security = securityHeaders(config);
    const origins = originsOf(config);
    checkHeaders([
      ...Object.entries(config.customRequestHeaders ?? {}),
      ...Object.entries(config.customResponseHeaders ?? {}),
    ]);
    checkHeaders(security);
    return (exchange) => {
      const away = version === 'v2' ? sslRedirect(exchange, config) : undefined;
      if (away !== undefined) return away;
      const answer = preflight(exchange, config, origins);
      if (answer !== undefined) return answer;
      for (const [name, value] of Object.entries(config.customRequestHeaders ?? {})) {
        if (value === '') delete exchange.headers[name.toLowerCase()];
        else exchange.headers[name.toLowerCase()] = value;
      }
      // Before the answer is there: what takes too long can still be refused.
      const allowed = origins(exchange);
      exchange.onResponse.push((response) => {
        for (const [name, value] of security) {
          const onTlsOnly = name === 'strict-transport-security' && config.forceSTSHeader !== true;
          if (!onTlsOnly || exchange.secure) response[name] = value;
        }
        for (const [name, value] of Object.entries(config.customResponseHeaders ?? {})) {
          setOrRemove(response, name.toLowerCase(), value);
        }
        applyCors(response, allowed, config);
      });
      return undefined;
    };
  },
});

/** A header that cannot be sent is found here, not in the middle of an answer. */
function checkHeaders(entries: readonly (readonly [string, string])[]): void {
  for (const [name, value] of entries) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch (error: unknown) {
      throw new MiddlewareError(messageOf(error));
    }
  }
}

function setOrRemove(response: ResponseHeaders, name: string, value: string): void {
  if (value === '') delete response[name];
  else response[name] = value;
}

function securityHeaders(config: Config): readonly (readonly [string, string])[] {
  if (config.isDevelopment === true) return [];
  const sts = [
    `max-age=${config.stsSeconds ?? 0}`,
    ...(config.stsIncludeSubdomains === true ? ['includeSubDomains'] : []),
    ...(config.stsPreload === true ? ['preload'] : []),
  ].join('; ');
  const candidates: readonly (readonly [string, string | undefined])[] = [
    ['strict-transport-security', (config.stsSeconds ?? 0) > 0 ? sts : undefined],
    ['x-frame-options', config.customFrameOptionsValue ?? (config.frameDeny === true ? 'DENY' : undefined)],
    ['x-content-type-options', config.contentTypeNosniff === true ? 'nosniff' : undefined],
    [
      'x-xss-protection',
      config.customBrowserXSSValue ?? (config.browserXssFilter === true ? '1; mode=block' : undefined),
    ],
    ['content-security-policy', config.contentSecurityPolicy],
    ['content-security-policy-report-only', config.contentSecurityPolicyReportOnly],
    ['public-key-pins', config.publicKey],
    ['referrer-policy', config.referrerPolicy],
    ['feature-policy', config.featurePolicy],
    ['permissions-policy', config.permissionsPolicy],
  ];
  return candidates.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value] as const]));
}

/** To TLS, and to the one name in `sslHost`. */
function sslRedirect(exchange: Exchange, config: Config): LocalAnswer | undefined {
  if (config.isDevelopment === true) return undefined;
  const wanted = config.sslHost ?? '';
  const toTls = config.sslRedirect === true && !exchange.secure;
  const toHost = config.sslForceHost === true && wanted !== '' && wanted !== exchange.host;
  if (!toTls && !toHost) return undefined;
  const host = wanted === '' ? exchange.host : wanted;
  return redirect(
    { ...exchange, method: 'GET' },
    `https://${host}${exchange.url}`,
    config.sslTemporaryRedirect !== true,
  );
}
