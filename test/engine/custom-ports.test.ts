import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPublishedPorts } from '../../src/swarm/published-ports.ts';
import { type FakeApp, runRecipeTests, startFakeApp } from '../custom/fake-app.ts';
import { openStackBench, type StackBench, shellService } from './support/stack-bench.ts';

/** Published by a task; declared for UDP; declared by a service without a task: the last two are somebody else's on this host. */
const OWN = 18_123;
const UDP = 18_124;
const NOBODY = 18_125;

let bench: StackBench;
let app: FakeApp;
let victims: Server[];
let reached = 0;

beforeAll(async () => {
  victims = [UDP, NOBODY].map((port) =>
    createServer((socket) => {
      reached += 1;
      socket.end('the host’s own');
    }).listen(port, '127.0.0.1'),
  );
  await Promise.all(victims.map((victim) => once(victim, 'listening')));
  [bench, app] = await Promise.all([openStackBench('ports'), startFakeApp()]);
  const port = (published: number, protocol: string) => [{ target: 8000, published, protocol, mode: 'host' }];
  const serve = 'mkdir /www; echo from the task > /www/index.html; exec httpd -f -p 8000 -h /www';
  const result = await bench.up({
    services: {
      app: shellService(serve, { ports: port(OWN, 'tcp') }),
      udp: shellService('exec sleep 1000000', { ports: port(UDP, 'udp') }),
      none: shellService('exec sleep 1000000', { ports: port(NOBODY, 'tcp'), deploy: { replicas: 0 } }),
    },
  });
  expect(result.causes).toEqual([]);
});

afterAll(async () => {
  for (const victim of victims) victim.close();
  await bench[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

const attempt = (published: Parameters<typeof runRecipeTests>[2]) =>
  runRecipeTests(
    app,
    {
      'ports.test.ts': `
        import { assert, tcp, test } from 'cc-ci/kit';
        import { text } from 'node:stream/consumers';
        test('own', async () => {
          const socket = await tcp(${OWN});
          socket.write('GET / HTTP/1.0\\r\\n\\r\\n');
          assert.match(await text(socket), /from the task/);
        });
        for (const port of [${UDP}, ${NOBODY}]) {
          test('port ' + port, () => assert.rejects(tcp(port), /nothing answers there/));
        }`,
    },
    { target: { tcpPorts: [OWN, UDP, NOBODY] }, ...published },
  );

test('a declared port of the host’s is not reached: neither by UDP nor by a service without a task', async () => {
  const published = () => readPublishedPorts(bench.engine, bench.stackName);
  const [own, ...others] = await published();
  expect(others).toEqual([]);
  expect(own).toMatchObject({ published: OWN, port: 8000, address: expect.not.stringMatching(/^127\./) });

  const report = await attempt({ published });

  expect(report.cases.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
    'own passed',
    `port ${UDP} passed`,
    `port ${NOBODY} passed`,
  ]);
  expect(reached).toBe(0);
});

test('the attempt can succeed: a gateway that believes what is declared leads to the host', async () => {
  const believe = async () => [UDP, NOBODY].map((port) => ({ published: port, address: '127.0.0.1', port }));

  const report = await attempt({ published: believe });

  expect(report.cases.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed']);
  expect(reached).toBe(2);
});

test('what a stack publishes is gone with its task', async () => {
  expect(await readPublishedPorts(bench.engine, 'no-such-stack')).toEqual([]);
  await bench.remove();
  expect(await readPublishedPorts(bench.engine, bench.stackName)).toEqual([]);
});
