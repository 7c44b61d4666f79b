import { type ChildProcess, spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type EngineHome, engineHome } from '../../src/host/setup/engine-home.ts';
import { exists, findProgram } from '../../src/host/setup/file-facts.ts';
import { judgePidFile, type PidFileFacts } from '../../src/host/setup/pid-file.ts';
import { findRemains, removeRemains } from '../../src/host/setup/stale-engine.ts';

let directory: string;
let home: EngineHome;
let children: ChildProcess[];
let servers: Server[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cc-ci-host-'));
  home = engineHome(join(directory, 'docker.sock'), directory);
  children = [];
  servers = [];
  await mkdir(dirname(home.containerdPidFile), { recursive: true });
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  await rm(directory, { recursive: true, force: true });
});

/** A process with a name of our choice, as the kernel sees it. */
async function startProcess(name: string): Promise<number> {
  const program = join(directory, name);
  await copyFile((await findProgram('sleep')) ?? '/bin/sleep', program);
  const child = spawn(program, ['60'], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('spawn', resolve));
  children.push(child);
  return child.pid ?? 0;
}

function listen(path: string): Promise<void> {
  const server = createServer();
  servers.push(server);
  return new Promise((resolve) => server.listen(path, resolve));
}

/** A socket file whose process has died: only a process that is killed leaves one. */
async function leaveSocket(path: string): Promise<void> {
  const code = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  const child = spawn(process.execPath, ['-e', code, path], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
}

describe('what an Engine left that died hard', () => {
  test('nothing is found where nothing is', async () => {
    expect(await findRemains(home)).toEqual({ live: undefined, stale: [] });
  });

  test('pid files and sockets of dead processes are stale, and are removed', async () => {
    await writeFile(home.pidFile, '4194304999');
    await writeFile(home.containerdPidFile, '4194304998');
    await leaveSocket(home.socket);

    const remains = await findRemains(home);
    await removeRemains(remains);

    expect(remains.live).toBeUndefined();
    expect(remains.stale.toSorted()).toEqual([home.containerdPidFile, home.pidFile, home.socket].toSorted());
    expect(await Promise.all(remains.stale.map(exists))).toEqual([false, false, false]);
  });

  test('a pid that another program has got by now is stale', async () => {
    await writeFile(home.pidFile, String(await startProcess('someone-else')));

    expect(await findRemains(home)).toEqual({ live: undefined, stale: [home.pidFile] });
  });

  test('a live dockerd keeps all of its files, whether it answers or not', async () => {
    const pid = await startProcess('dockerd');
    await writeFile(home.pidFile, `${pid}\n`);
    await leaveSocket(home.socket);

    expect(await findRemains(home)).toEqual({ live: pid, stale: [] });
  });

  test('a socket that something listens on is not stale', async () => {
    await listen(home.socket);

    expect(await findRemains(home)).toEqual({ live: undefined, stale: [] });
  });
});

describe('judging a pid file', () => {
  const facts = (change: Partial<PidFileFacts>): PidFileFacts => ({
    path: '/run/docker.pid',
    exists: true,
    pid: 12,
    processName: 'dockerd',
    ...change,
  });

  test.each([
    ['no file', facts({ exists: false, pid: undefined, processName: undefined }), 'absent'],
    ['no number in it', facts({ pid: undefined, processName: undefined }), 'stale'],
    ['no such process', facts({ processName: undefined }), 'stale'],
    ['another program', facts({ processName: 'nginx' }), 'stale'],
    ['the daemon', facts({}), 'live'],
  ] as const)('%s', (_what, given, expected) => {
    expect(judgePidFile(given, 'dockerd')).toBe(expected);
  });

  test('a long name is known by the 15 characters that the kernel keeps', () => {
    expect(judgePidFile(facts({ processName: 'containerd-shim' }), 'containerd-shim-runc')).toBe('live');
  });
});

describe('the home of an Engine', () => {
  test('the default socket is served from the usual places', () => {
    expect(engineHome('/var/run/docker.sock', '/state')).toMatchObject({
      argv: ['dockerd'],
      pidFile: '/var/run/docker.pid',
    });
  });

  test('any other socket gets an Engine that shares nothing with the usual one', () => {
    const other = engineHome('/somewhere/docker.sock', '/state');

    for (const flag of ['--data-root', '--exec-root', '--pidfile']) {
      expect(other.argv.find((argument) => argument.startsWith(`${flag}=`))).toMatch(/=\/state\//);
    }
    expect(other.argv).toContain('--host=unix:///somewhere/docker.sock');
  });
});
