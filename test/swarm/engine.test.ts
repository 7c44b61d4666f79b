import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectEngine } from '../../src/swarm/engine.ts';
import { EngineError } from '../../src/swarm/engine-http.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let dir: string;
let socket: string;
let server: Server | undefined;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cc-ci-engine-'));
  socket = join(dir, 'docker.sock');
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  await rm(dir, { recursive: true, force: true });
});

/** A daemon that knows `/version` and whatever else a test gives it. */
async function serve(apiVersion: string, handler: Handler = (_, response) => response.end('[]')): Promise<void> {
  server = createServer((request, response) => {
    if (request.url === '/version') {
      response.end(JSON.stringify({ Version: '1.0', ApiVersion: apiVersion, Arch: 'amd64' }));
      return;
    }
    handler(request, response);
  });
  await new Promise<void>((resolve) => server?.listen(socket, resolve));
}

describe('connectEngine', () => {
  test.each([
    ['1.41', '1.41'],
    ['1.45', '1.45'],
    ['1.99', '1.45'],
  ])('speaks %s to the daemon as %s', async (offered, spoken) => {
    const urls: (string | undefined)[] = [];
    await serve(offered, (request, response) => {
      urls.push(request.url);
      response.end('[]');
    });
    const engine = await connectEngine(socket);
    await engine.services();
    engine.close();
    expect(urls[0]).toMatch(new RegExp(`^/v${spoken}/services\\?`));
  });

  test('refuses a daemon that is too old, by name', async () => {
    await serve('1.40');
    await expect(connectEngine(socket)).rejects.toMatchObject({ code: 'E_ENGINE_OLD' });
  });

  test('no socket is E_ENGINE_GONE with what to do', async () => {
    await expect(connectEngine(socket)).rejects.toMatchObject({
      code: 'E_ENGINE_GONE',
      fault: 'infrastructure',
      hint: expect.stringContaining('DOCKER_HOST'),
    });
  });

  test("a refusal carries the daemon's sentence and status", async () => {
    await serve('1.41', (_, response) => {
      response.statusCode = 404;
      response.end('{"message":"service x not found"}');
    });
    const engine = await connectEngine(socket);
    const error: unknown = await engine.service('x').catch((thrown: unknown) => thrown);
    engine.close();
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ code: 'E_ENGINE', status: 404, message: expect.stringContaining('not found') });
  });

  test('a daemon that takes a connection and says nothing is noticed, whatever is asked of it', async () => {
    const patience = { doubtMs: 50, pingMs: 50 };
    server = createServer(() => undefined);
    await new Promise<void>((resolve) => server?.listen(socket, resolve));
    await expect(connectEngine(socket, patience)).rejects.toMatchObject({
      code: 'E_ENGINE_GONE',
      fault: 'infrastructure',
      known: { code: 'engine-not-answering' },
      message: `no Docker Engine answers on ${socket}: it accepts connections and does not answer`,
    });
  });

  test('a daemon that falls silent later is noticed by each kind of call', async () => {
    await serve('1.41', (request, response) => {
      // The beginning of an answer, and no more.
      if (request.url?.includes('/info') === true) response.write('{');
    });
    const engine = await connectEngine(socket, { doubtMs: 1000, pingMs: 1000 });
    const silent = { code: 'E_ENGINE_GONE', message: expect.stringContaining('does not answer') };
    await expect(engine.tasks()).rejects.toMatchObject(silent);
    await expect(engine.removeService('x')).rejects.toMatchObject(silent);
    await expect(engine.info()).rejects.toMatchObject(silent);
    await expect(engine.ping()).rejects.toMatchObject(silent);
    await expect(engine.exec('c', ['true'])).rejects.toMatchObject(silent);
    engine.close();
  });

  test('a slow answer of a daemon that is alive is waited for', async () => {
    const pinged = Promise.withResolvers<void>();
    await serve('1.41', (request, response) => {
      if (request.url !== '/_ping') return void pinged.promise.then(() => response.end('[]'));
      response.end('OK');
      pinged.resolve();
    });
    const engine = await connectEngine(socket, { doubtMs: 20, pingMs: 10_000 });
    expect(await engine.tasks()).toEqual([]);
    engine.close();
  });

  test('a daemon that dies in the middle of an answer is gone, not empty', async () => {
    await serve('1.41', (_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('[');
      response.socket?.destroy();
    });
    const engine = await connectEngine(socket);
    await expect(engine.tasks()).rejects.toMatchObject({ code: 'E_ENGINE_GONE' });
    engine.close();
  });
});

describe('events', () => {
  const event = (timeNano: number, action: string) =>
    `${JSON.stringify({ Type: 'container', Action: action, Actor: { ID: 'c' }, timeNano })}\n`;
  const base = 1_795_464_521_523_000_000;

  test('a broken connection is taken up again without loss or repetition', async () => {
    const since: (string | null)[] = [];
    await serve('1.41', (request, response) => {
      since.push(new URL(request.url ?? '', 'http://x').searchParams.get('since'));
      if (since.length === 1) {
        response.write(event(base, 'create') + event(base + 2_000_000, 'start').slice(0, 20));
        response.socket?.end();
        return;
      }
      response.write(event(base, 'create') + event(base + 2_000_000, 'start'));
    });
    const engine = await connectEngine(socket);
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const { Action } of engine.events({ signal: stop.signal, sinceMs: 5000 })) {
      seen.push(Action);
      if (Action === 'start') stop.abort();
    }
    engine.close();
    expect(seen).toEqual(['create', 'start']);
    expect(since[0]).toBe('5.000');
    expect(Number(since[1])).toBeCloseTo(base / 1e9, 3);
  });

  test('end with the signal', async () => {
    await serve('1.41', (_, response) => response.write(event(base, 'create')));
    const engine = await connectEngine(socket);
    const stop = new AbortController();
    const events = engine.events({ signal: stop.signal });
    await events.next();
    stop.abort();
    expect(await events.next()).toEqual({ done: true, value: undefined });
    engine.close();
  });
});

test('work of one name runs one after the other, and a failure does not block the next', async () => {
  await serve('1.41');
  const engine = await connectEngine(socket);
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = engine.oneAtATime('removal', async () => {
    await gate.promise;
    order.push('first');
    throw new Error('broken');
  });
  const second = engine.oneAtATime('removal', async () => {
    order.push('second');
  });
  const other = engine.oneAtATime('other', async () => {
    order.push('other');
  });
  await other;
  gate.resolve();
  await expect(first).rejects.toThrow('broken');
  await second;
  engine.close();
  expect(order).toEqual(['other', 'first', 'second']);
});
