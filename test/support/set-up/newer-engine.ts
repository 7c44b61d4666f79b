import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun } from '../../../src/base/process.ts';
import type { StatePaths } from '../../../src/config/paths.ts';
import type { SetupContext } from '../../../src/host/setup/context.ts';
import { exists, findProgram } from '../../../src/host/setup/file-facts.ts';
import type { Check, CheckedStep } from '../../../src/host/setup/step.ts';

/** Debian 13: Docker Engine 26.1, API 1.45. */
const SUITE = 'trixie';
const MIRROR = 'http://deb.debian.org/debian';

/** Where Debian 13's Engine lies unpacked: a directory to mount as `/usr`. Only tests use it. */
export function newerEngineUsr(paths: StatePaths): string {
  return join(paths.state, 'tools', `engine-${SUITE}`, 'usr');
}

/**
 * Step: a newer Engine for the tests, with all that it links and starts, unpacked into the state directory; nothing is
 * installed and this host's Engine stays what it is. apt verifies the packages by their signatures. On a machine where it
 * cannot be had or started, that is a warning: the tests that need it will say so.
 */
export function newerEngineStep(context: SetupContext): CheckedStep {
  const usr = newerEngineUsr(context.paths);
  return {
    name: 'newer engine',
    async check(): Promise<Check> {
      if (await exists(usr)) return { ok: true, detail: `the Engine of Debian ${SUITE} in ${usr}` };
      const lacking =
        process.getuid?.() !== 0
          ? 'only root may start a second Engine'
          : (await findProgram('mmdebstrap')) === undefined
            ? 'there is no mmdebstrap to unpack it'
            : undefined;
      if (lacking === undefined) return { ok: false, detail: `the Engine of Debian ${SUITE} is not there` };
      return { ok: true, detail: 'left out', warnings: [`${lacking}: tests against a newer Engine will fail`] };
    },
    async act() {
      context.say(`unpacking the Engine of Debian ${SUITE} for the tests`);
      await unpack(join(usr, '..'));
      return `unpacked docker.io of Debian ${SUITE}`;
    },
  };
}

async function unpack(target: string): Promise<void> {
  const unfinished = `${target}.part`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(join(target, '..'), { recursive: true });
  const source = `deb ${MIRROR} ${SUITE} main`;
  const packages = '--include=docker.io,docker-cli,iptables';
  // Unpacked and not configured: no package's script is run.
  await mustRun(['mmdebstrap', '--quiet', '--variant=extract', packages, SUITE, unfinished, source], {
    timeoutMs: 600_000,
  });
  // What update-alternatives would have made of them.
  for (const name of ['iptables', 'ip6tables']) await symlink(`${name}-nft`, join(unfinished, 'usr', 'sbin', name));
  await rename(unfinished, target);
}
