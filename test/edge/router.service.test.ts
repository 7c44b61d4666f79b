import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { json } from 'node:stream/consumers';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RoutedService } from '../../src/edge/labels/table-types.ts';
import { type Seen, startBackend } from './support/backends.ts';
import { ask, startRouter, type TestRouter } from './support/router.ts';

const PORT = 8000;

let router: TestRouter;
let open: AsyncDisposableStack;
beforeAll(async () => {
  router = await startRouter();
});
beforeEach(() => {
  open = new AsyncDisposableStack();
  return () => open.disposeAsync();
});
afterAll(async () => {
  await router[Symbol.asyncDispose]();
});

function service(
  name: string,
  address: string | undefined,
  more: Readonly<Record<string, string>> = {},
): RoutedService {
  const labels = {
    'traefik.enable': 'true',
    [`traefik.http.services.${name}.loadbalancer.server.port`]: String(PORT),
    [`traefik.http.routers.${name}.rule`]: `Host(\`${name}.ci.test\`)`,
    [`traefik.http.routers.${name}.entrypoints`]: 'web-secure',
    [`traefik.http.routers.${name}.tls`]: 'true',
    ...more,
  };
  return { name, labels, addresses: address === undefined ? [] : [address] };
}

/** A task that does with its connections whatever the test says. */
async function startRaw(address: string, onSocket: (socket: Socket) => void): Promise<void> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    open.defer(() => void socket.destroy());
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(PORT, address, resolve));
  open.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
}

describe('answers of its own', () => {
  test('say why: unknown host, no healthy task, nobody listening', async () => {
    router.set([service('up', '127.78.0.1'), service('down', undefined)]);
    const reasons = await Promise.all(
      ['other.ci.test', 'down.ci.test', 'up.ci.test'].map(async (host) => {
        const { status, headers } = await ask(router, { host });
        return [status, headers['x-cc-ci-router']];
      }),
    );
    expect(reasons).toEqual([
      [404, 'unknown-host'],
      [404, 'no-healthy-task down'],
      [502, 'task-unreachable ECONNREFUSED'],
    ]);
  });

  test('a middleware that answers is not the app', async () => {
    const middleware = {
      'traefik.http.routers.a.middlewares': 'm',
      'traefik.http.middlewares.m.basicauth.users': 'u:{SHA}x',
    };
    router.set([service('a', '127.78.0.1', middleware)]);
    const { status, headers } = await ask(router, { host: 'a.ci.test' });
    expect([status, headers['x-cc-ci-router']]).toEqual([401, 'middleware m@swarm']);
  });

  test('an app cannot pass for the router', async () => {
    router.set([service('a', '127.78.0.2')]);
    const answer = 'HTTP/1.1 200 OK\r\nx-cc-ci-router: unknown-host\r\nx-own: 1\r\ncontent-length: 2\r\n\r\nhi';
    await startRaw('127.78.0.2', (socket) => socket.once('data', () => socket.end(answer)));
    const { headers, body } = await ask(router, { host: 'a.ci.test' });
    expect([headers['x-cc-ci-router'], headers['x-own'], body]).toEqual([undefined, '1', 'hi']);
  });
});

describe('a request', () => {
  test('cannot speak for a proxy', async () => {
    router.set([service('a', '127.78.0.3')]);
    open.use(await startBackend('a', '127.78.0.3', PORT));
    const headers = { 'X-Forwarded-Host': 'evil', 'X-Forwarded-Proto': 'gopher', 'X-Forwarded-Prefix': '/evil' };
    const { body } = await ask(router, { host: 'a.ci.test', headers });
    expect((JSON.parse(body) as Seen).headers).toEqual({
      'x-forwarded-host': 'a.ci.test',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    });
  });

  test('cannot walk around a rule by its path', async () => {
    const onlyPublic = { 'traefik.http.routers.a.rule': 'Host(`a.ci.test`) && PathPrefix(`/public`)' };
    router.set([service('a', '127.78.0.4', onlyPublic)]);
    open.use(await startBackend('a', '127.78.0.4', PORT));
    for (const path of ['/public/../private', '/public/%2e%2E/private', '//private', '/public/./../private']) {
      expect([path, (await ask(router, { host: 'a.ci.test', path })).status]).toEqual([path, 404]);
    }
    const { body } = await ask(router, { host: 'a.ci.test', path: '/x/../public//y/?a=../b' });
    expect((JSON.parse(body) as Seen).path).toBe('/public/y/?a=../b');
  });

  test('goes to the tasks in turn, or where its cookie says', async () => {
    const sticky = { 'traefik.http.services.a.loadbalancer.sticky.cookie.name': 'srv' };
    router.set([{ ...service('a', undefined, sticky), addresses: ['127.78.0.5', '127.78.0.6'] }]);
    open.use(await startBackend('one', '127.78.0.5', PORT));
    open.use(await startBackend('two', '127.78.0.6', PORT));
    const first = await ask(router, { host: 'a.ci.test' });
    const second = await ask(router, { host: 'a.ci.test' });
    const names = [first, second].map(({ body }) => (JSON.parse(body) as Seen).service);
    expect(names.toSorted()).toEqual(['one', 'two']);
    const cookie = String(first.headers['set-cookie']?.[0]).split(';')[0] ?? '';
    for (let time = 0; time < 3; time += 1) {
      const again = await ask(router, { host: 'a.ci.test', headers: { cookie } });
      expect((JSON.parse(again.body) as Seen).service).toBe(names[0]);
      expect(again.headers['set-cookie']).toBeUndefined();
    }
  });
});

describe('a request line that names its host', () => {
  /** One request as it is written, over plain HTTP; the answer's head and body. */
  const raw = (lines: readonly string[]) =>
    new Promise<string>((resolve, reject) => {
      const socket = connectTcp({ host: '127.0.0.1', port: router.ports['web'] ?? 0 });
      let answer = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        answer += chunk;
      });
      socket.on('error', reject).on('end', () => resolve(answer));
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    });
  const onPlain = (name: string, address: string): RoutedService => {
    const { labels, ...rest } = service(name, address, { [`traefik.http.routers.${name}.entrypoints`]: 'web' });
    return { ...rest, labels: Object.fromEntries(Object.entries(labels).filter(([key]) => !key.endsWith('.tls'))) };
  };

  beforeEach(async () => {
    const addresses = { one: '127.78.0.7', two: '127.78.0.8' };
    for (const [name, address] of Object.entries(addresses)) open.use(await startBackend(name, address, PORT));
    router.set(Object.entries(addresses).map(([name, address]) => onPlain(name, address)));
  });

  test('is judged by that name alone, and the task is told the same one', async () => {
    const answer = await raw(['GET http://two.ci.test/a?b HTTP/1.1', 'Host: one.ci.test', 'Connection: close']);
    const seen = JSON.parse(answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1)) as Seen;
    expect(seen).toMatchObject({ service: 'two', host: 'two.ci.test', path: '/a?b' });
    expect(seen.headers['x-forwarded-host']).toBe('two.ci.test');
    const other = await raw(['GET http://other.ci.test HTTP/1.1', 'Host: one.ci.test', 'Connection: close']);
    expect(other).toMatch(/^HTTP\/1\.1 404 /);
  });

  test.each([
    'http://one.ci.test@two.ci.test/',
    'http:///path',
    'ftp://one.ci.test/',
    'http://one.ci.test,two.ci.test/',
  ])('is refused where it names no host: %s', async (target) => {
    const answer = await raw([`GET ${target} HTTP/1.1`, 'Host: one.ci.test', 'Connection: close']);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('and headers that are for the router alone do not reach the task, nor can those that it sets be named away', async () => {
    const names = [
      'close',
      'X-Test',
      'X-Forwarded-Host',
      'x-forwarded-proto',
      'Authorization',
      'Host',
      'Content-Length',
    ];
    const answer = await raw([
      'POST / HTTP/1.1',
      'Host: one.ci.test',
      `Connection: ${names.join(', ')}`,
      'X-Test: for the router',
      'Authorization: for the router',
      'Content-Length: 0',
    ]);
    const seen = JSON.parse(answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1)) as Seen;
    expect(seen).toMatchObject({ service: 'one', host: 'one.ci.test' });
    expect(seen.headers).toEqual({
      'x-forwarded-host': 'one.ci.test',
      'x-forwarded-port': '80',
      'x-forwarded-proto': 'http',
    });
  });
});

describe('HTTP/2', () => {
  test('is spoken to clients that ask for it, with the authority as host', async () => {
    router.set([service('a', '127.78.0.7')]);
    open.use(await startBackend('a', '127.78.0.7', PORT));
    const client = connectHttp2(`https://127.0.0.1:${router.ports['web-secure']}`, {
      servername: 'a.ci.test',
      ca: router.authority,
    });
    open.defer(() => client.close());
    const stream = client.request({ ':path': '/two', ':authority': 'a.ci.test', ':method': 'POST' });
    stream.end('body');
    expect(await json(stream)).toMatchObject({ host: 'a.ci.test', path: '/two', service: 'a' });
  });
});

describe('a task that answers nonsense', () => {
  const nonsense: readonly string[] = [
    '',
    'hello\r\n',
    'HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort',
    'HTTP/1.1 200 OK\r\nconnection: a\r\nproxy-connection: b\r\nkeep-alive: c\r\nte: d\r\nhttp2-settings: e\r\n\r\nx',
    'HTTP/1.1 200 OK\r\nx: \u0000\r\n\r\n',
    'HTTP/1.1 204 No\r\ncontent-length: 5\r\n\r\nhello',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    'HTTP/1.1 103 Hints\r\nlink: x\r\n\r\nHTTP/1.1 099 Low\r\n\r\n',
  ];

  test('hurts only itself, over HTTP/1 and 2', async () => {
    router.set([service('a', '127.78.0.8'), service('good', '127.78.0.9')]);
    open.use(await startBackend('good', '127.78.0.9', PORT));
    let turn = 0;
    await startRaw('127.78.0.8', (socket) => socket.once('data', () => socket.end(nonsense[turn] ?? '')));
    for (turn = 0; turn < nonsense.length; turn += 1) {
      await ask(router, { host: 'a.ci.test' }).catch(() => undefined);
      const client = connectHttp2(`https://127.0.0.1:${router.ports['web-secure']}`, {
        servername: 'a.ci.test',
        ca: router.authority,
      });
      const stream = client.request({ ':path': '/', ':authority': 'a.ci.test' });
      client.on('error', () => undefined);
      stream.resume();
      await new Promise<void>((resolve) => {
        stream.on('error', () => undefined);
        stream.on('close', () => resolve());
      });
      client.close();
      expect((await ask(router, { host: 'good.ci.test' })).status).toBe(200);
    }
  });

  test('gets a 502 where its status is none', async () => {
    router.set([service('a', '127.78.0.15')]);
    const odd = 'HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n';
    await startRaw('127.78.0.15', (socket) => socket.once('data', () => socket.end(odd)));
    const { status, headers } = await ask(router, { host: 'a.ci.test' });
    expect([status, headers['x-cc-ci-router']]).toEqual([502, 'task-answer-invalid status 999']);
  });

  test('a websocket that the task refuses is answered as the task does', async () => {
    router.set([service('a', '127.78.0.10')]);
    const refusal = 'HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno';
    await startRaw('127.78.0.10', (socket) => socket.once('data', () => socket.end(refusal)));
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket' };
    expect((await ask(router, { host: 'a.ci.test', headers: upgrade })).status).toBe(403);
    expect((await ask(router, { host: 'nobody.ci.test', headers: upgrade })).status).toBe(404);
  });
});

describe('TCP routers on web-secure', () => {
  const tcp = (address: string, tls: Readonly<Record<string, string>>): RoutedService => ({
    name: 'raw',
    addresses: [address],
    labels: {
      'traefik.enable': 'true',
      'traefik.tcp.routers.raw.rule': 'HostSNI(`raw.ci.test`)',
      'traefik.tcp.routers.raw.entrypoints': 'web-secure',
      'traefik.tcp.services.raw.loadbalancer.server.port': String(PORT),
      ...tls,
    },
  });
  const greet = (servername: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const port = router.ports['web-secure'] ?? 0;
      const socket = connectTls({ host: '127.0.0.1', port, servername, rejectUnauthorized: false }, () => {
        const { subject } = socket.getPeerCertificate();
        socket.once('data', (chunk: Buffer) => {
          resolve(`${String(subject.CN)} ${chunk.toString()}`);
          socket.destroy();
        });
        socket.write('hello');
      });
      socket.once('error', reject);
    });

  test('end the TLS here and hand on what is inside', async () => {
    router.set([tcp('127.78.0.11', { 'traefik.tcp.routers.raw.tls': 'true' }), service('web', '127.78.0.12')]);
    open.use(await startBackend('web', '127.78.0.12', PORT));
    await startRaw('127.78.0.11', (socket) => socket.pipe(socket));
    expect(await greet('raw.ci.test')).toBe('*.ci.test hello');
    expect((await ask(router, { host: 'web.ci.test' })).status).toBe(200);
  });

  test('pass TLS through to a task that has its own certificate', async () => {
    router.set([
      tcp('127.78.0.13', { 'traefik.tcp.routers.raw.tls.passthrough': 'true' }),
      service('web', '127.78.0.12'),
    ]);
    open.use(await startBackend('web', '127.78.0.12', PORT));
    const own = createTlsServer(router.certificate, (socket) => {
      socket.on('error', () => socket.destroy());
      socket.write('mine: ');
      socket.pipe(socket);
    });
    await new Promise<void>((resolve) => own.listen(PORT, '127.78.0.13', resolve));
    open.defer(() => new Promise<void>((resolve) => own.close(() => resolve())));
    expect(await greet('raw.ci.test')).toMatch(/^\*\.ci\.test mine: /);
    expect((await ask(router, { host: 'web.ci.test' })).status).toBe(200);
  });
});

test('an upgraded connection carries bytes both ways', async () => {
  router.set([service('a', '127.78.0.14')]);
  const accepted = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n';
  await startRaw('127.78.0.14', (socket) =>
    socket.once('data', () => {
      socket.write(accepted);
      socket.pipe(socket);
    }),
  );
  const echoed = await new Promise((resolve, reject) => {
    const request = httpsRequest({
      host: '127.0.0.1',
      port: router.ports['web-secure'],
      servername: 'a.ci.test',
      ca: router.authority,
      agent: false,
      headers: { host: 'a.ci.test', connection: 'Upgrade', upgrade: 'websocket' },
    });
    request.once('error', reject);
    request.once('upgrade', (_response, socket) => {
      socket.once('data', (chunk: Buffer) => {
        resolve(chunk.toString());
        socket.destroy();
      });
      socket.write('over the wire');
    });
    request.end();
  });
  expect(echoed).toBe('over the wire');
});

test('a client that resets its upgraded connection ends that, and not the router', async () => {
  router.set([service('a', '127.78.0.15')]);
  const accepted = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n';
  const left = Promise.withResolvers<void>();
  await startRaw('127.78.0.15', (socket) => {
    socket.once('data', () => socket.write(accepted));
    socket.once('close', () => left.resolve());
  });
  const raw = connectTcp({ host: '127.0.0.1', port: router.ports['web-secure'] ?? 0 });
  const secure = connectTls({ socket: raw, servername: 'a.ci.test', ca: router.authority });
  secure.write('GET / HTTP/1.1\r\nhost: a.ci.test\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
  await once(secure, 'data');
  for (const socket of [raw, secure]) socket.on('error', () => undefined);
  raw.resetAndDestroy();
  await left.promise;
  expect((await ask(router, { host: 'nobody.ci.test' })).status).toBe(404);
});
