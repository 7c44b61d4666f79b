import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect as connectHttp2, createSecureServer } from 'node:http2';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Gateway, openGateway } from '../../src/custom/gateway.ts';
import { type GatewayCertificate, makeGatewayCertificate } from '../../src/custom/gateway-certificate.ts';
import type { PublishedPort } from '../../src/swarm/published-ports.ts';

/** A proxy as Traefik is one: it routes by what is said inside of TLS, whatever the greeting named. */
const HOSTS = ['shop.ci.test', 'api.shop.ci.test'];
const OTHER = 'victim.ci.test';

let directory: string;
let certificate: GatewayCertificate;
let router: ReturnType<typeof createSecureServer>;
let seen: string[];
let published: PublishedPort[];
let gateway: Gateway;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gateway-web-'));
  certificate = await makeGatewayCertificate(HOSTS, directory);
  const own = await makeGatewayCertificate([...HOSTS, OTHER], directory);
  await writeFile(join(directory, 'ca.pem'), own.cert);
  seen = [];
  published = [];
  router = createSecureServer({ ...own, allowHTTP1: true });
  router.on('request', (asked: IncomingMessage, response: ServerResponse) => {
    seen.push(`${(asked.socket as TLSSocket).servername} ${asked.headers.host}`);
    response.setHeader('upgrade', 'h2c');
    asked.pipe(response);
    if (asked.method === 'GET') response.end(`hello from ${asked.headers.host}${asked.url}`);
  });
  router.on('upgrade', (asked: IncomingMessage, socket: Socket) => {
    seen.push(`${asked.headers.host} upgraded`);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n');
    socket.pipe(socket);
  });
  router.listen(0, '127.0.0.1');
  await once(router, 'listening');
  gateway = await open(join(directory, 'ca.pem'), 'gateway.sock');
});

afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  router.close();
  await rm(directory, { recursive: true });
});

const open = (authorityFile: string | undefined, name: string) => {
  const { port: httpsPort } = router.address() as AddressInfo;
  const rules = { address: '127.0.0.1', httpsPort, hosts: HOSTS, tcpPorts: [2222], authorityFile };
  return openGateway(join(directory, name), rules, { certificate, published: async () => published });
};

async function tunnel(target: string, socketPath = join(directory, 'gateway.sock')) {
  const call = request({ socketPath, method: 'CONNECT', path: target, agent: false });
  call.end();
  const [response, socket, head] = (await once(call, 'connect')) as [IncomingMessage, Socket, Buffer];
  socket.on('error', () => undefined);
  socket.unshift(head);
  return { status: response.statusCode, socket };
}

/** TLS with the gateway, for a server name (none when it is empty), over a stream that may cut what it carries into pieces. */
async function greet(servername: string, options: { pieces?: boolean; alpn?: string; path?: string } = {}) {
  const { socket } = await tunnel('shop.ci.test:443', options.path);
  const secure = connect({
    socket: options.pieces === true ? inPieces(socket) : socket,
    ca: certificate.cert,
    ...(servername === '' ? { checkServerIdentity: () => undefined } : { servername }),
    ...(options.alpn === undefined ? {} : { ALPNProtocols: [options.alpn] }),
  });
  await once(secure, 'secureConnect');
  return secure;
}

function inPieces(socket: Socket): Duplex {
  const duplex = new Duplex({
    read: () => void socket.resume(),
    async write(chunk: Buffer, _encoding, done) {
      for (const byte of chunk) await new Promise((resolve) => socket.write(Buffer.of(byte), resolve));
      done();
    },
  });
  socket.on('data', (chunk) => void duplex.push(chunk));
  socket.on('end', () => void duplex.push(null));
  return duplex;
}

const get = (host: string, path = '/') => `GET ${path} HTTP/1.1\r\nhost: ${host}\r\n`;
const LAST = 'connection: close\r\n\r\n';

test.each([false, true])(
  'a request for a name of the run reaches the router under it; greeting in pieces: %s',
  async (pieces) => {
    const secure = await greet('shop.ci.test', { pieces });
    secure.write(`${get('shop.ci.test:443', '/a?b')}\r\n${get('API.shop.ci.test')}${LAST}`);
    const answer = await text(secure);

    expect(answer).toContain('hello from shop.ci.test/a?b');
    expect(answer).toContain('hello from api.shop.ci.test/');
    expect(seen).toEqual(['shop.ci.test shop.ci.test', 'api.shop.ci.test api.shop.ci.test']);
    expect([gateway.opened(), gateway.refused()]).toEqual([2, []]);
  },
);

test('another server name in the TLS greeting is refused and named', async () => {
  await expect(greet(OTHER)).rejects.toThrow();
  expect([seen, gateway.opened(), gateway.refused()]).toEqual([[], 0, [`${OTHER}:443`]]);
});

test('a greeting without a server name leads nowhere', async () => {
  const secure = await greet('');
  secure.write(`${get('shop.ci.test')}${LAST}`);
  expect(await text(secure)).toMatch(/^HTTP\/1.1 421 /);
  expect([seen, gateway.opened()]).toEqual([[], 0]);
});

test('what is no TLS at all is dropped', async () => {
  const { socket } = await tunnel('shop.ci.test:443');
  socket.write(`${get('shop.ci.test')}${LAST}`);
  expect(await text(socket)).not.toContain('hello');
  expect(seen).toEqual([]);
});

test.each([
  ['another host inside of the right TLS', get(OTHER)],
  ['an absolute address', get('shop.ci.test', `https://${OTHER}/`)],
  ['another port', get('shop.ci.test:8443')],
  ['a second host', `${get('shop.ci.test')}host: ${OTHER}\r\n`],
  ['a second host first', `${get(OTHER)}host: shop.ci.test\r\n`],
  ['a host with a dot', get('shop.ci.test.')],
])('%s is refused, as the first request and as a later one', async (_what, head) => {
  for (const before of ['', `${get('shop.ci.test')}\r\n`]) {
    const secure = await greet('shop.ci.test');
    secure.write(`${before}${head}${LAST}`);
    expect(await text(secure)).toMatch(/HTTP\/1.1 421 /);
  }
  expect(seen.filter((line) => line !== 'shop.ci.test shop.ci.test')).toEqual([]);
});

test('a request hidden in the body of another is none', async () => {
  const hidden = `0\r\n\r\n${get(OTHER)}\r\n`;
  const post = `POST / HTTP/1.1\r\nhost: shop.ci.test\r\ncontent-length: ${hidden.length}\r\n`;
  for (const head of [
    'transfer-encoding: chunked\r\n',
    'transfer-encoding : chunked\r\n',
    'transfer-encoding: x\r\n',
    '',
  ]) {
    const secure = await greet('shop.ci.test');
    secure.end(`${post}${head}${LAST}${hidden}`);
    await text(secure);
  }
  expect(seen.filter((line) => line.includes(OTHER))).toEqual([]);
});

test('HTTP/2: another authority in the right connection is refused, whatever its other streams ask', async () => {
  const secure = await greet('shop.ci.test', { alpn: 'h2' });
  const session = connectHttp2('https://shop.ci.test', { createConnection: () => secure });
  const ask = async (headers: Record<string, string>) => {
    const stream = session.request({ ':path': '/', ...headers });
    const [answer] = (await once(stream, 'response')) as [Record<string, unknown>];
    return [answer[':status'], await text(stream)];
  };

  expect(await ask({ ':authority': 'shop.ci.test' })).toEqual([200, 'hello from shop.ci.test/']);
  expect(await ask({ ':authority': OTHER })).toEqual([421, expect.stringContaining('not a host name')]);
  expect(await ask({ ':authority': 'shop.ci.test', host: OTHER })).toEqual([421, expect.anything()]);
  expect(await ask({ ':authority': OTHER, host: 'shop.ci.test' })).toEqual([421, expect.anything()]);
  session.close();
  expect(seen).toEqual(['shop.ci.test shop.ci.test']);
  expect(gateway.refused()).toContain(`${OTHER}:443`);
});

test.each(['h2', 'http/1.1'])('a client over %s that leaves without a farewell is let go', async (alpn) => {
  const { socket } = await tunnel('shop.ci.test:443');
  const secure = connect({ socket, ca: certificate.cert, servername: 'shop.ci.test', ALPNProtocols: [alpn] });
  await once(secure, 'secureConnect');
  // Its own farewell comes too late to be sent.
  secure.on('error', () => undefined);
  const closed = once(secure, 'close');
  socket.end();
  await closed;
});

test('a websocket carries bytes both ways for a name of the run, and for no other', async () => {
  const upgrade = 'connection: upgrade\r\nupgrade: websocket\r\n\r\n';
  const other = await greet('shop.ci.test');
  other.write(`${get(OTHER)}${upgrade}`);
  expect(await text(other)).toMatch(/^HTTP\/1.1 421 /);
  const own = await greet('shop.ci.test');
  own.write(`${get('shop.ci.test')}${upgrade}`);
  const [head] = (await once(own, 'data')) as [Buffer];
  expect(head.toString()).toMatch(/^HTTP\/1.1 101 /);
  own.write('ping');
  expect(String((await once(own, 'data'))[0])).toBe('ping');
  own.destroy();
  expect(seen).toEqual(['shop.ci.test upgraded']);
});

test('a certificate of the router that nobody vouches for is not made good', async () => {
  await using other = await open(undefined, 'other.sock');
  const path = join(directory, 'other.sock');
  await expect(greet('shop.ci.test', { path })).rejects.toThrow(/self-signed/);
  const { socket } = await tunnel('shop.ci.test:443', path);
  const careless = connect({ socket, servername: 'shop.ci.test', rejectUnauthorized: false });
  careless.write(`${get('shop.ci.test')}${LAST}`);
  expect(await text(careless)).toContain('hello from shop.ci.test/');
  expect(other.opened()).toBe(1);
});

test('a router that does not answer is said to', async () => {
  const secure = await greet('shop.ci.test');
  router.close();
  await once(router, 'close');
  secure.write(`${get('shop.ci.test')}${LAST}`);
  expect(await text(secure)).toMatch(/^HTTP\/1.1 502 .*x-cc-ci-gateway: the router: .*ECONNREFUSED/s);
});

test('a declared port leads to the task that has published it, and to nobody else', async () => {
  let listening = 0;
  const task = createServer((socket) => {
    listening += 1;
    socket.end('220 ready');
  });
  task.listen(0, '127.0.0.1');
  await once(task, 'listening');
  const { port } = task.address() as AddressInfo;
  const there = { published: 2222, address: '127.0.0.1', port };

  expect((await tunnel('shop.ci.test:2222')).status).toBe(502);
  published = [{ ...there, published: 2223 }];
  expect((await tunnel('shop.ci.test:2222')).status).toBe(502);
  expect((await tunnel('shop.ci.test:2223')).status).toBe(403);
  expect(listening).toBe(0);
  published = [there];
  const { status, socket } = await tunnel('shop.ci.test:2222');
  expect([status, await text(socket)]).toEqual([200, '220 ready']);
  expect(gateway.opened()).toBe(1);
  task.close();
});

test('a task that ends while it is connected to is not taken for the one that gets its address', async () => {
  const other = createServer((socket) => void socket.on('error', () => undefined).end('another stack’s'));
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  published = [{ published: 2222, address: '127.0.0.1', port: (other.address() as AddressInfo).port }];
  other.once('connection', () => {
    published = [];
  });
  expect((await tunnel('shop.ci.test:2222')).status).toBe(502);
  other.close();
});

test('nothing is left of the making of its certificates', async () => {
  expect((await readdir(directory)).filter((name) => name.startsWith('gateway-'))).toEqual([]);
});

test('its certificate is good although the clock was set back or forth by a day', () => {
  const { validFromDate, validToDate } = new X509Certificate(certificate.cert);
  const day = 86_400_000;
  expect(validFromDate.getTime()).toBeLessThan(Date.now() - day);
  expect(validToDate.getTime()).toBeGreaterThan(Date.now() + day);
});
