import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { delay } from '../../src/base/deadline.ts';
import { mustRun } from '../../src/base/process.ts';
import { readSettings } from '../../src/config/settings.ts';
import { ensureRouter, type RouterOptions, removeRouter } from '../../src/edge/install.ts';
import { probe } from '../../src/edge/probe.ts';
import { routerTable } from '../../src/edge/router-table.ts';
import type { Edge } from '../../src/edge/types.ts';
import { waitServing } from '../../src/edge/wait-serving.ts';
import { connectEngine, type Engine } from '../../src/swarm/engine.ts';
import { ECHO_TASK } from '../edge/support/echo-task.ts';

const ROUTER = 'cc-ci-edge-test_router';
const APP = 'cc-ci-edge-test_app';
const HOST = 'app.edge.test';

let engine: Engine;
let dir: string;
let options: RouterOptions;
let edge: Edge;

beforeAll(async () => {
  engine = await connectEngine(readSettings().dockerSocket);
  dir = await mkdtemp(join(tmpdir(), 'cc-ci-edge-tls-'));
  const ports = { https: 18443, http: 18080 };
  const names = { network: 'proxy', domainSuffix: 'edge.test', name: ROUTER };
  options = { ...names, tlsDir: dir, traefik: 'v3', ports, healthSeconds: 2 };
  edge = await ensureRouter(engine, options);
});

afterAll(async () => {
  for (const service of await engine.services({ name: [APP] })) await engine.removeService(service.ID);
  await removeRouter(engine, ROUTER);
  engine.close();
  await rm(dir, { recursive: true });
});

/** Creates the app with the router's own image, which has a Node to run it. */
async function createApp(): Promise<void> {
  const [router] = await engine.services({ name: [ROUTER] });
  const image = router?.Spec.TaskTemplate.ContainerSpec?.Image ?? '';
  const labels = [
    'traefik.enable=true',
    'traefik.http.services.edge-test.loadbalancer.server.port=8000',
    `traefik.http.routers.edge-test.rule=Host(\`${HOST}\`)`,
    'traefik.http.routers.edge-test.entrypoints=web-secure',
    'traefik.http.routers.edge-test.tls.certresolver=production',
  ].flatMap((label) => ['--label', label]);
  const placed = ['--network', 'proxy', '--endpoint-mode', 'dnsrr', '--no-resolve-image', '--detach', '--quiet'];
  const program = ['--no-healthcheck', '--entrypoint', '/bin/node', image, '-e', ECHO_TASK];
  await mustRun(['docker', 'service', 'create', '--name', APP, ...placed, ...labels, ...program]);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(50);
}

describe('the built-in router on a real Swarm', () => {
  test('a second call changes nothing', async () => {
    const before = await engine.services({ name: [ROUTER] });
    expect(await ensureRouter(engine, options)).toEqual(edge);
    const after = await engine.services({ name: [ROUTER] });
    expect(after.map(({ ID, Version }) => [ID, Version.Index])).toEqual(
      before.map(({ ID, Version }) => [ID, Version.Index]),
    );
  });

  test('an unknown host is 404 from the router, over TLS that its authority vouches for', async () => {
    const answer = await probe(edge, { host: 'nobody.edge.test', path: '/' });
    expect(answer).toMatchObject({ status: 404, fromProxy: true, error: undefined });
    expect(answer.headers['x-cc-ci-router']).toBe('unknown-host');
  });

  test('a name outside of the certificate is not trusted', async () => {
    const answer = await probe(edge, { host: 'two.levels.edge.test', path: '/' });
    expect(answer).toMatchObject({ status: undefined, error: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  test('waiting for a host that never comes ends in time, and never takes the 404 for the app', async () => {
    const serving = await waitServing(edge, { host: HOST, path: '/', accepted: [200, 404], timeoutMs: 300 });
    expect(serving.ok).toBe(false);
    expect(serving.answers.map(({ status }) => status)).toEqual([404]);
  });

  test('a service with labels is served', async () => {
    await createApp();
    const serving = await waitServing(edge, { host: HOST, path: '/x?y=1', accepted: [200], timeoutMs: 60_000 });
    expect(serving.ok).toBe(true);
    const last = serving.answers.at(-1);
    expect(JSON.parse(last?.body ?? '')).toMatchObject({
      path: '/x?y=1',
      headers: { host: HOST, 'x-forwarded-host': HOST, 'x-forwarded-proto': 'https' },
    });
  });

  test('the table names the route and its task', async () => {
    const table = await routerTable(engine, ROUTER);
    expect(table.routers).toContainEqual(
      expect.objectContaining({
        name: 'edge-test@swarm',
        service: APP,
        servers: [expect.stringMatching(/^http:\/\/10\..*:8000$/)],
      }),
    );
  });

  test('HTTP/2 reaches it', async () => {
    const ca = await readFile(edge.authorityFile ?? '');
    const client = connectHttp2(`https://${edge.address}:${edge.httpsPort}`, { servername: HOST, ca });
    try {
      const stream = client.request({ ':path': '/two', ':authority': HOST });
      const [status, body] = await Promise.all([
        new Promise((resolve) => stream.once('response', (headers) => resolve(headers[':status']))),
        json(stream),
      ]);
      expect(status).toBe(200);
      expect(body).toMatchObject({ path: '/two', headers: { host: HOST } });
    } finally {
      client.close();
    }
  });

  test('a websocket carries bytes both ways', async () => {
    const ca = await readFile(edge.authorityFile ?? '');
    const socket = await new Promise<Duplex>((resolve, reject) => {
      const request = httpsRequest({
        host: edge.address,
        port: edge.httpsPort,
        servername: HOST,
        ca,
        agent: false,
        headers: { host: HOST, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
      });
      request.once('upgrade', (_response, upgraded) => resolve(upgraded));
      request.once('response', (response) => reject(new Error(`status ${response.statusCode}`)));
      request.once('error', reject);
      request.end();
    });
    const echoed = new Promise((resolve) => socket.once('data', (chunk: Buffer) => resolve(chunk.toString())));
    socket.write('ping over the wire');
    expect(await echoed).toBe('ping over the wire');
    socket.destroy();
  });

  test('a router that hangs is found out and replaced, and serves again', async () => {
    const running = async () => {
      const filters = { label: [`com.docker.swarm.service.name=${ROUTER}`], status: ['running'] };
      return (await engine.containers(filters)).map(({ Id }) => Id);
    };
    const [hung = ''] = await running();
    // As one that computes without end: it takes connections and answers none.
    await mustRun(['docker', 'kill', '--signal', 'STOP', hung]);
    await until(async () => {
      const now = await running();
      return now.length > 0 && !now.includes(hung);
    });
    await until(async () => (await probe(edge, { host: HOST, path: '/', timeoutMs: 2000 })).status === 200);
  });

  test('the route is gone with its service', async () => {
    for (const service of await engine.services({ name: [APP] })) await engine.removeService(service.ID);
    await until(async () => (await probe(edge, { host: HOST, path: '/' })).status === 404);
    expect((await probe(edge, { host: HOST, path: '/' })).headers['x-cc-ci-router']).toBe('unknown-host');
  });
});
