import type { ChildProcess } from 'node:child_process';
import { mkdir, open, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { delay, startDeadline } from '../../../src/base/deadline.ts';
import { type Argv, mustRun } from '../../../src/base/process.ts';
import { readSettings } from '../../../src/config/settings.ts';
import { engineHome } from '../../../src/host/setup/engine-home.ts';
import { waitForEngine } from '../../../src/host/setup/engine-ping.ts';
import { judgePidFile, readPidFile } from '../../../src/host/setup/pid-file.ts';
import { findRemains, removeRemains } from '../../../src/host/setup/stale-engine.ts';
import { testHome } from '../../support/home.ts';
import { type MachineOptions, openMachine } from './machine.ts';
import { copyImages, linkImages } from './seed.ts';

const ROOT = join(import.meta.dirname, '../../..');
const START_MS = 240_000;

/** An Engine beside that of this host, in Swarm mode, with network and router; nobody else knows of it. It has all our images. */
export interface SecondEngine extends AsyncDisposable {
  readonly socket: string;
  /** The state directory of programs that use this Engine; its certificate is that of the Engine's router. */
  readonly state: string;
  /** What a program that uses this Engine has to be given. Addresses, ports and memory are claimed among its users only. */
  readonly env: Readonly<Record<'DOCKER_HOST' | 'CC_CI_STATE' | 'CC_CI_HOST_LOCKS', string>>;
  /** Put before an argument vector: that program then reaches this Engine's apps and router, and no others. */
  readonly enter: Argv;
  /** The log of the daemon. */
  readonly log: string;
  /** Sends a signal to the daemon alone, and resolves when it has ended; its containers may live on. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts the daemon again after `kill`, and resolves when it answers. */
  restart(): Promise<void>;
}

/**
 * Starts a second Engine: other data, other network, own containerd, nothing shared with this host's but the kernel
 * and the files of image layers. Needs root. Takes some seconds; disposing of it ends and removes all of it.
 */
export async function openSecondEngine(options: MachineOptions = {}): Promise<SecondEngine> {
  const machine = await openMachine(options);
  const socket = join(machine.dir, 'docker.sock');
  const state = join(machine.dir, 'state');
  const config = join(machine.dir, 'daemon.json');
  const home = engineHome(socket, machine.dir);
  const env = {
    DOCKER_HOST: `unix://${socket}`,
    CC_CI_STATE: state,
    CC_CI_HOST_LOCKS: join(state, 'locks', 'host'),
  };
  const argv: Argv = [
    ...home.argv,
    `--config-file=${config}`,
    `--cgroup-parent=${machine.cgroup}`,
    '--exec-opt=native.cgroupdriver=cgroupfs',
  ];
  let daemon: ChildProcess | undefined;

  const start = async () => {
    await removeRemains(await findRemains(home));
    await mkdir(dirname(home.log), { recursive: true });
    await using output = await open(home.log, 'a');
    const started = machine.spawn(argv, output.fd, { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` });
    daemon = started;
    const ended = new AbortController();
    started.once('exit', () => ended.abort());
    using deadline = startDeadline(START_MS, ended.signal);
    if ((await waitForEngine(socket, deadline.signal)) !== undefined) return;
    const why = ended.signal.aborted ? `ended with ${started.exitCode}` : 'does not answer';
    throw new Error(`the second dockerd ${why}; the end of its log:\n${await tail(home.log)}`);
  };

  try {
    await writeFile(config, '{}');
    // What tests have unpacked for themselves; from inside the second Engine's network it could not be fetched.
    const tools = join(testHome().state, 'tools');
    await Promise.all([state, tools].map((path) => mkdir(path, { recursive: true })));
    await symlink(tools, join(state, 'tools'));
    const linked = await linkImages(hostEngine(), join(machine.dir, 'engine', 'data'));
    await start();
    if (!linked) await copyImages(hostEngine(), env);
    await mustRun([...machine.enterNetwork, process.execPath, join(ROOT, 'test/engine/support/set-up-second.ts')], {
      env,
      timeoutMs: 300_000,
    });
  } catch (error: unknown) {
    await machine[Symbol.asyncDispose]();
    throw error;
  }
  return {
    socket,
    state,
    env,
    log: home.log,
    enter: machine.enterNetwork,
    async kill(signal) {
      const running = daemon;
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      const ended = new Promise((resolve) => running.once('exit', resolve));
      running.kill(signal);
      await ended;
      // Its containerd gets a signal from the kernel, and may take a moment longer.
      using deadline = startDeadline(120_000);
      while (judgePidFile(await readPidFile(home.containerdPidFile), 'containerd') === 'live') {
        await delay(20, deadline.signal);
      }
    },
    restart: start,
    [Symbol.asyncDispose]: () => machine[Symbol.asyncDispose](),
  };
}

async function tail(log: string): Promise<string> {
  return (await mustRun(['tail', '--lines=12', log])).stdout;
}

function hostEngine(): Record<'DOCKER_HOST', string> {
  return { DOCKER_HOST: `unix://${readSettings().dockerSocket}` };
}
