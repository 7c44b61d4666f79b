import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { delay, startDeadline } from '../../base/deadline.ts';
import { CodedError } from '../../base/errors.ts';
import { mustRun } from '../../base/process.ts';
import type { SetupContext } from './context.ts';
import { type EngineHome, engineHome } from './engine-home.ts';
import { pingEngine, waitForEngine } from './engine-ping.ts';
import { exists, findProgram } from './file-facts.ts';
import { findRemains, removeRemains } from './stale-engine.ts';
import type { CheckedStep } from './step.ts';

/** After a hard end the Engine first kills what is left of its containers; 15 s of that were seen with eight services. */
const START_MS = 120_000;

/** Step: an Engine answers. Started by systemd where that runs, else by hand, detached from this process. */
export function engineStep(context: SetupContext): CheckedStep {
  const home = engineHome(context.settings.dockerSocket, context.paths.state);
  return {
    name: 'engine',
    async check() {
      const answer = await pingEngine(home.socket);
      return {
        ok: answer !== undefined,
        detail:
          answer === undefined
            ? `nothing answers on ${home.socket}`
            : `answers on ${home.socket}, API ${answer.apiVersion}`,
      };
    },
    act: () => startEngine(context, home),
  };
}

/** Waits for a daemon that runs and does not answer: true once it answers, false once it is gone. */
async function answersOrDies(home: EngineHome): Promise<boolean> {
  using deadline = startDeadline(START_MS);
  while (!deadline.signal.aborted) {
    if ((await pingEngine(home.socket)) !== undefined) return true;
    if ((await findRemains(home)).live === undefined) return false;
    await delay(100, deadline.signal).catch(() => undefined);
  }
  await awaitAnswer(home, 'dockerd runs and does not answer');
  return true;
}

async function startEngine(context: SetupContext, home: EngineHome): Promise<string> {
  const remains = await findRemains(home);
  if (remains.live !== undefined) {
    context.say(`dockerd runs (process ${remains.live}) and does not answer yet; waiting for it`);
    if (await answersOrDies(home)) return 'waited for the Engine that was starting';
    // It was not starting but dying, as a killed one does for a while: what it leaves is looked at anew.
    return startEngine(context, home);
  }
  if (process.getuid?.() !== 0) {
    throw new CodedError({
      code: 'E_SETUP_NOT_ROOT',
      message: `no Engine answers on ${home.socket}, and only root may start one`,
      fault: 'infrastructure',
      hint: 'run ./cc-ci setup as root, or point DOCKER_HOST at an Engine that you may use',
    });
  }
  await removeRemains(remains);
  const tidied = remains.stale.length === 0 ? '' : `; removed what a dead Engine had left: ${remains.stale.join(', ')}`;
  // /run/systemd/system is systemd's own sign that it is the init system (sd_booted(3)).
  if (home.argv.length === 1 && (await exists('/run/systemd/system'))) {
    await mustRun(['systemctl', 'start', 'docker.service'], { timeoutMs: START_MS });
    await awaitAnswer(home, 'docker.service was started and does not answer');
    return `started docker.service${tidied}`;
  }
  context.say(`starting dockerd; its log is ${home.log}`);
  await startByHand(home);
  return `started dockerd by hand, log in ${home.log}${tidied}`;
}

async function awaitAnswer(home: EngineHome, otherwise: string): Promise<void> {
  using deadline = startDeadline(START_MS);
  if ((await waitForEngine(home.socket, deadline.signal)) !== undefined) return;
  throw new CodedError({
    code: 'E_ENGINE_HUNG',
    message: otherwise,
    fault: 'infrastructure',
    hint: "look at the Engine's log; set-up ends no Engine that it did not start",
  });
}

async function startByHand(home: EngineHome): Promise<void> {
  const program = await findProgram(home.argv[0], `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`);
  if (program === undefined) {
    throw new CodedError({
      code: 'E_SETUP_NO_DOCKERD',
      message: 'there is no dockerd to start',
      fault: 'infrastructure',
    });
  }
  await Promise.all([mkdir(dirname(home.log), { recursive: true }), mkdir(dirname(home.socket), { recursive: true })]);
  await using log = await open(home.log, 'a', 0o640);
  const child = spawn(program, home.argv.slice(1), { detached: true, stdio: ['ignore', log.fd, log.fd] });
  const given = new AbortController();
  using deadline = startDeadline(START_MS, given.signal);
  child.once('exit', () => given.abort());
  child.once('error', () => given.abort());
  const answer = await waitForEngine(home.socket, deadline.signal);
  // From here on the daemon lives by itself; it must not keep this process alive.
  child.unref();
  if (answer !== undefined) return;
  throw new CodedError({
    code: 'E_ENGINE_START',
    message: child.exitCode === null ? 'dockerd does not answer' : `dockerd ended with ${child.exitCode}`,
    fault: 'infrastructure',
    hint: `the whole log is ${home.log}; without an init system the machine needs mounted cgroups and iptables`,
    evidence: (await readFile(home.log, 'utf8')).trim().split('\n').slice(-8),
  });
}
