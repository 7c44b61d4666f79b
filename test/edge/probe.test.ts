import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { probe } from '../../src/edge/probe.ts';
import { tcpProbe } from '../../src/edge/tcp-probe.ts';
import type { Edge } from '../../src/edge/types.ts';
import { isServing, waitServing } from '../../src/edge/wait-serving.ts';

let server: Server;
let answer: { status: number; headers: Record<string, string>; body: string };
beforeEach(async () => {
  server = createServer((_request, response) => {
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function edgeOf(kind: Edge['kind']): Edge {
  const { port } = server.address() as AddressInfo;
  return { kind, traefik: 'v3', address: '127.0.0.1', httpsPort: port, httpPort: port, authorityFile: undefined };
}

describe('an answer counts as serving', () => {
  test.each<[Edge['kind'], number, Record<string, string>, string, boolean]>([
    ['built-in', 200, {}, 'hello', true],
    ['built-in', 404, {}, 'not here', false],
    ['built-in', 200, { 'x-cc-ci-router': 'middleware x' }, '', false],
    ['built-in', 502, { 'x-cc-ci-router': 'task-unreachable' }, 'Bad Gateway', false],
    ['built-in', 502, {}, 'Bad Gateway', true],
    ['traefik', 502, {}, 'Bad Gateway', false],
    ['traefik', 503, {}, 'no available server\n', false],
    ['traefik', 502, {}, 'the app says so', true],
  ])('%s %i %o %s: %s', async (kind, status, headers, body, expected) => {
    answer = { status, headers, body };
    const found = await probe(edgeOf(kind), { host: 'a.test', path: '/', scheme: 'http' });
    expect(isServing(found, [200, 404, 502, 503])).toBe(expected);
  });
});

describe('waiting for an app', () => {
  const question = {
    host: 'a.test',
    path: '/',
    scheme: 'http',
    accepted: [200],
    timeoutMs: 20_000,
    unroutedMs: 0,
  } as const;

  test('ends when the proxy itself knows no such host, long before its time', async () => {
    answer = { status: 404, headers: { 'x-cc-ci-router': 'no-route' }, body: '' };
    const serving = await waitServing(edgeOf('built-in'), question);
    expect(serving).toMatchObject({ ok: false });
    expect(serving.ms).toBeLessThan(question.timeoutMs);
  });

  test('goes on while the app itself says 404: it may still be starting', async () => {
    answer = { status: 404, headers: {}, body: 'not yet' };
    const onAnswer = (): void => {
      answer = { status: 200, headers: {}, body: 'here' };
    };
    expect(await waitServing(edgeOf('built-in'), { ...question, onAnswer })).toMatchObject({ ok: true });
  });
});

test('a long body is cut, and the answer does not wait for its end', async () => {
  answer = { status: 200, headers: {}, body: 'x'.repeat(1_000_000) };
  const found = await probe(edgeOf('built-in'), { host: 'a.test', path: '/', scheme: 'http' });
  expect(found.body).toHaveLength(8192);
});

test('no answer is an answer with its reason', async () => {
  const edge = { ...edgeOf('built-in'), httpPort: 1 };
  expect(await probe(edge, { host: 'a.test', path: '/', scheme: 'http' })).toMatchObject({
    status: undefined,
    error: 'ECONNREFUSED',
  });
});

describe('a TCP probe', () => {
  test('wants connections that stay open', async () => {
    const keep = createTcpServer((socket) => void socket.on('error', () => undefined));
    const drop = createTcpServer((socket) => void socket.end());
    for (const tcp of [keep, drop]) await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
    const portOf = (tcp: typeof keep): number => (tcp.address() as AddressInfo).port;
    const at = (tcp: typeof keep) => async () => ({ address: '127.0.0.1', port: portOf(tcp) });
    expect(await tcpProbe(at(keep), { stable: 2, timeoutMs: 5000 })).toMatchObject({ ok: true });
    const closed = await tcpProbe(at(drop), { stable: 1, timeoutMs: 400 });
    expect(closed.ok).toBe(false);
    expect(closed.detail).toContain('closed at once');
    keep.close();
    drop.close();
  });

  test('does not connect where nobody may answer, and says so', async () => {
    const nobody = await tcpProbe(async () => undefined, { stable: 1, timeoutMs: 100 });
    expect(nobody).toEqual({ ok: false, detail: expect.stringContaining('no running task of the stack') });
    const away = await tcpProbe(() => Promise.reject(new Error('no Engine')), { stable: 1, timeoutMs: 100 });
    expect(away.detail).toContain('no Engine');
  });
});
