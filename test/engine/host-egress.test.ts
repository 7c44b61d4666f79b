import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mustRun } from '../../src/base/process.ts';
import { statePaths } from '../../src/config/paths.ts';
import { readSettings, type Settings } from '../../src/config/settings.ts';
import { findEdge } from '../../src/edge/find-edge.ts';
import { openContext } from '../../src/host/setup/context.ts';
import { egressStep } from '../../src/host/setup/egress-step.ts';
import { runSteps } from '../../src/host/setup/step.ts';
import { BUSYBOX } from '../support/set-up/test-images.ts';
import { openStackBench, type StackBench } from './support/stack-bench.ts';

const METADATA = '169.254.169.254';
const LINK = 'cc-ci-meta';

let bench: StackBench;
let container: string;
let gateway: string;
let own: Server;
let metadata: ChildProcess | undefined;
let before: string;

beforeAll(async () => {
  before = await egress('auto', false);
  bench = await openStackBench('egress');
  await bench.up({ services: { app: { image: BUSYBOX, command: ['sleep', '1000000'] } } });
  const [task] = await bench.engine.containers({
    label: [`com.docker.swarm.service.name=${bench.stackName}_app`],
  });
  container = task?.Id ?? '';
  gateway = /default via (?<via>\S+)/.exec((await inside('ip', 'route')).stdout)?.groups?.['via'] ?? '';
  own = createServer((_, response) => response.end('the host'));
  own.listen(0, '0.0.0.0');
  await once(own, 'listening');
  metadata = await openMetadata();
});

afterAll(async () => {
  metadata?.kill('SIGKILL');
  own.close();
  await bench[Symbol.asyncDispose]();
  await egress(before === 'open' ? 'open' : 'auto');
});

/** A machine of its own beside this one, at the address of the cloud's: in a network namespace, behind a link. */
async function openMetadata(): Promise<ChildProcess> {
  const serve = `require('node:http').createServer((_, r) => r.end('credentials')).listen(80, () => console.log('up'))`;
  // It says that its namespace is there, and serves once it has an address.
  const wait = 'echo there; read go; exec "$0" -e "$1"';
  const child = spawn('unshare', ['--net', 'sh', '-c', wait, process.execPath, serve], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const { stdout, stdin } = child;
  await once(stdout, 'data');
  const enter = ['nsenter', '--net', '--target', String(child.pid)] as const;
  await mustRun(['ip', 'link', 'add', LINK, 'type', 'veth', 'peer', 'name', 'inner', 'netns', String(child.pid)]);
  await mustRun(['ip', 'address', 'add', '169.254.169.1/24', 'dev', LINK]);
  await mustRun(['ip', 'link', 'set', LINK, 'up']);
  await mustRun([...enter, 'ip', 'address', 'add', `${METADATA}/24`, 'dev', 'inner']);
  await mustRun([...enter, 'ip', 'link', 'set', 'inner', 'up']);
  await mustRun([...enter, 'ip', 'route', 'add', 'default', 'via', '169.254.169.1']);
  stdin.write('go\n');
  await once(stdout, 'data');
  return child;
}

/** Sets up the rules as a setting says, or only looks; returns what was found. */
async function egress(setting: Settings['egress'], act = true): Promise<string> {
  using context = openContext({ ...readSettings(), egress: setting }, statePaths(), () => undefined);
  const step = egressStep(context);
  if (!act) return (await step.check()).detail;
  const [report] = await runSteps([step], () => undefined);
  return report?.did ?? report?.found ?? '';
}

const inside = (...argv: string[]) => bench.engine.exec(container, argv);
const ask = (host: string, port: number) =>
  inside('sh', '-c', 'printf "GET / HTTP/1.0\\r\\n\\r\\n" | nc -w 5 "$1" "$2"', 'sh', host, String(port));

test('a stack reaches neither this host’s own services nor the cloud’s metadata', async () => {
  const { port } = own.address() as AddressInfo;
  await egress('open');
  // That the ways are there: else nothing would be shown by their being closed.
  expect((await ask(gateway, port)).stdout).toContain('the host');
  expect((await ask(METADATA, 80)).stdout).toContain('credentials');

  expect(await egress('closed')).toContain('CC-CI-HOST');
  expect(await ask(gateway, port)).toMatchObject({ exitCode: 1, stdout: '' });
  expect(await ask(METADATA, 80)).toMatchObject({ exitCode: 1, stdout: '' });
  // What serves host names is asked by apps as well.
  const edge = await findEdge(bench.engine, readSettings(), statePaths());
  expect(await ask(gateway, edge?.httpPort ?? 0)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('HTTP/1.'),
  });
});

test('rules that are there are left, and those that somebody took away come back', async () => {
  await egress('closed');
  expect(await egress('closed')).toMatch(/closed to stacks$/);
  await mustRun(['iptables', '-w', '-D', 'CC-CI-OUT', '1']);
  expect(await egress('closed')).toMatch(/^closed /);
  expect(await egress('closed')).toMatch(/closed to stacks$/);
});

test('where others have stacks nothing is closed unasked', async () => {
  await egress('open');
  const [service] = await bench.engine.services({ name: [`${bench.stackName}_app`] });
  await mustRun(['docker', 'service', 'update', '--detach', '--label-rm', 'cc-ci.run', service?.ID ?? ''], {
    env: { DOCKER_HOST: `unix://${bench.engine.socket}` },
  });
  expect(await egress('auto')).toBe('open');
  await mustRun(
    ['docker', 'service', 'update', '--detach', '--label-add', `cc-ci.run=${bench.runId}`, service?.ID ?? ''],
    { env: { DOCKER_HOST: `unix://${bench.engine.socket}` } },
  );
  expect(await egress('auto')).toMatch(/^closed /);
});
