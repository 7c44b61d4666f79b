import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { requestWork } from '../../src/edge/go-regexp.ts';
import { MIDDLEWARE_KINDS } from '../../src/edge/middlewares/registry.ts';
import type { Exchange, LocalAnswer, ResponseHeaders } from '../../src/edge/middlewares/types.ts';
import type { TraefikVersion } from '../../src/edge/types.ts';

function exchangeOf(url: string, more: Partial<Exchange> = {}): Exchange {
  return {
    method: 'GET',
    secure: true,
    clientAddress: '10.0.0.1',
    host: 'a.test',
    url,
    headers: {},
    work: requestWork(),
    onResponse: [],
    ...more,
  };
}

function build(key: string, config: unknown, version: TraefikVersion = 'v3') {
  const kind = MIDDLEWARE_KINDS.find((known) => known.key === key);
  if (kind === undefined) throw new Error(`no middleware ${key}`);
  return kind.build(config, { version });
}

async function run(
  key: string,
  config: unknown,
  exchange: Exchange,
  version: TraefikVersion = 'v3',
): Promise<LocalAnswer | undefined> {
  return await build(key, config, version)(exchange);
}

describe('a path is rewritten', () => {
  test.each<[string, unknown, string, string, Record<string, string>]>([
    ['stripPrefix', { prefixes: ['/b', '/a'] }, '/a/x?q=1', '/x?q=1', { 'x-forwarded-prefix': '/a' }],
    ['stripPrefix', { prefixes: ['/a'] }, '/other', '/other', {}],
    ['stripPrefixRegex', { regex: ['/v[0-9]+'] }, '/v12/x', '/x', { 'x-forwarded-prefix': '/v12' }],
    ['stripPrefixRegex', { regex: ['/v[0-9]+'] }, '/x/v12', '/x/v12', {}],
    ['addPrefix', { prefix: '/a' }, '/x', '/a/x', {}],
    ['replacePath', { path: '/b' }, '/a?q=1', '/b?q=1', { 'x-replaced-path': '/a' }],
    ['replacePathRegex', { regex: '^/a/(.*)', replacement: '/b/$1' }, '/a/x', '/b/x', { 'x-replaced-path': '/a/x' }],
    ['replacePathRegex', { regex: '^/a/(.*)', replacement: '/b/$1' }, '/c', '/c', {}],
  ])('%s %o: %s becomes %s', async (key, config, url, expected, headers) => {
    const exchange = exchangeOf(url);
    expect(await run(key, config, exchange)).toBeUndefined();
    expect(exchange.url).toBe(expected);
    expect(exchange.headers).toEqual(headers);
  });
});

describe('a client is redirected', () => {
  test.each<[string, unknown, Partial<Exchange>, [number, string] | undefined]>([
    ['redirectScheme', { scheme: 'https' }, { secure: false }, [302, 'https://a.test/x?y']],
    [
      'redirectScheme',
      { scheme: 'https', permanent: true },
      { secure: false, method: 'POST' },
      [308, 'https://a.test/x?y'],
    ],
    ['redirectScheme', { scheme: 'https', port: '8443' }, { secure: false }, [302, 'https://a.test:8443/x?y']],
    ['redirectScheme', { scheme: 'https' }, { secure: true }, undefined],
    ['redirectRegex', { regex: '^https://a\\.(.*)', replacement: 'https://b.${1}' }, {}, [302, 'https://b.test/x?y']],
    ['redirectRegex', { regex: '^http://', replacement: 'x' }, {}, undefined],
  ])('%s %o', async (key, config, more, expected) => {
    const answer = await run(key, config, exchangeOf('/x?y', more));
    expect(answer && [answer.status, answer.headers['location']]).toEqual(expected);
  });
});

describe('basic auth', () => {
  const users = {
    apr1: '$apr1$H6uskkkW$IgXLP6ewTrSuBkTrqE8wj/',
    md5: '$1$abc$B..HicC/afMveWeNyfNsf/',
    sha: '{SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M=',
  };
  const config = { users: Object.entries(users).map(([name, hash]) => `${name}:${hash}`) };
  const withLogin = (user: string, password: string): Exchange =>
    exchangeOf('/', { headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` } });

  test.each(['apr1', 'md5', 'sha'])('takes the right password of a user with %s, twice, and no other', async (user) => {
    const middleware = build('basicAuth', config);
    for (const password of ['test', 'wrong', 'test']) {
      const answer = await middleware(withLogin(user, password));
      expect(answer?.status).toBe(password === 'test' ? undefined : 401);
    }
  });

  test('knows nobody else, and no plain passwords', async () => {
    expect((await run('basicAuth', config, withLogin('nobody', 'test')))?.status).toBe(401);
    expect((await run('basicAuth', { users: ['u:test'] }, withLogin('u', 'test')))?.status).toBe(401);
    expect((await run('basicAuth', config, exchangeOf('/')))?.headers['www-authenticate']).toBe(
      'Basic realm="traefik"',
    );
  });

  test('hands on the name and takes the header off when told to', async () => {
    const exchange = withLogin('apr1', 'test');
    await run('basicAuth', { ...config, removeHeader: true, headerField: 'X-User' }, exchange);
    expect(exchange.headers).toEqual({ 'x-user': 'apr1' });
  });
});

describe('headers', () => {
  const after = async (config: unknown, more: Partial<Exchange> = {}, before: ResponseHeaders = {}) => {
    const exchange = exchangeOf('/', more);
    await run('headers', config, exchange);
    const headers = { ...before };
    for (const change of exchange.onResponse) change(headers);
    return headers;
  };

  test('are set and, when empty, removed', async () => {
    const config = { customResponseHeaders: { 'X-A': '1', Server: '' }, frameDeny: true, contentTypeNosniff: true };
    expect(await after(config, {}, { server: 'x' })).toEqual({
      'x-a': '1',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
    });
  });

  test('HSTS is for TLS only', async () => {
    const config = { stsSeconds: 60, stsIncludeSubdomains: true, stsPreload: true };
    expect(await after(config)).toEqual({ 'strict-transport-security': 'max-age=60; includeSubDomains; preload' });
    expect(await after(config, { secure: false })).toEqual({});
  });

  test('cross-origin requests get what the list allows', async () => {
    const config = {
      accessControlAllowOriginList: ['https://x.test'],
      accessControlAllowMethods: ['GET', 'PUT'],
      addVaryHeader: true,
    };
    const headers = { origin: 'https://x.test', 'access-control-request-method': 'PUT' };
    const answer = await run('headers', config, exchangeOf('/', { method: 'OPTIONS', headers: { ...headers } }));
    expect(answer?.headers).toMatchObject({
      'access-control-allow-methods': 'GET,PUT',
      'access-control-allow-origin': 'https://x.test',
    });
    expect(await after(config, { headers: { origin: 'https://evil.test' } })).toEqual({ vary: 'Origin' });
  });

  test('SSL redirects of older recipes work under v2 and do nothing under v3', async () => {
    const config = { sslForceHost: true, sslHost: 'b.test' };
    expect(await run('headers', config, exchangeOf('/x'), 'v3')).toBeUndefined();
    expect((await run('headers', config, exchangeOf('/x'), 'v2'))?.headers['location']).toBe('https://b.test/x');
    expect(await run('headers', config, exchangeOf('/x', { host: 'b.test' }), 'v2')).toBeUndefined();
  });

  test('that cannot be sent are refused when they are read', () => {
    expect(() => build('headers', { customResponseHeaders: { 'X-A': 'a\nb' } })).toThrow(
      'Invalid character in header content',
    );
    expect(() => build('headers', { contentSecurityPolicy: 'a\nb' })).toThrow('Invalid character in header content');
    expect(() => build('headers', { customRequestHeaders: { 'X A': '1' } })).toThrow(
      'Header name must be a valid HTTP token',
    );
  });
});

describe('forward auth', () => {
  test('asks with the request, and passes, refuses or fails by the answer', async () => {
    const server = createServer((request, response) => {
      const ok = request.headers['x-forwarded-uri'] === '/open';
      response.writeHead(ok ? 204 : 307, { 'x-user': 'u', location: 'https://login.test/' });
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const config = {
      address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      authResponseHeaders: ['X-User'],
    };
    const open = exchangeOf('/open');
    expect(await run('forwardAuth', config, open)).toBeUndefined();
    expect(open.headers['x-user']).toBe('u');
    expect(await run('forwardAuth', config, exchangeOf('/closed'))).toMatchObject({
      status: 307,
      headers: { location: 'https://login.test/' },
    });
    await new Promise((resolve) => server.close(resolve));
    expect(await run('forwardAuth', config, exchangeOf('/open'))).toMatchObject({ status: 500 });
  });
});

describe('an address list', () => {
  test('lets its own through, whatever form the address has', async () => {
    const config = { sourceRange: ['10.0.0.0/8', '2001:db8::/32'] };
    expect(await run('ipAllowList', config, exchangeOf('/', { clientAddress: '::ffff:10.9.9.9' }))).toBeUndefined();
    expect((await run('ipAllowList', config, exchangeOf('/', { clientAddress: '11.0.0.1' })))?.status).toBe(403);
    expect(() => build('ipAllowList', { sourceRange: ['x'] })).toThrow('not an address or network');
  });
});
