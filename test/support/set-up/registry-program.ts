import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StatePaths } from '../../../src/config/paths.ts';
import type { SetupContext } from '../../../src/host/setup/context.ts';
import { exists } from '../../../src/host/setup/file-facts.ts';
import type { CheckedStep } from '../../../src/host/setup/step.ts';
import { unpackDebian } from './test-images.ts';

/** Debian's registry. Its package is unpacked and not installed: that would leave a daemon running on this machine. */
export function registryProgram(paths: StatePaths): string {
  return join(paths.state, 'tools', 'docker-registry', 'usr', 'bin', 'docker-registry');
}

/** Step: the program that stands for a registry in tests. */
export function registryProgramStep(context: SetupContext): CheckedStep {
  const program = registryProgram(context.paths);
  const target = join(context.paths.state, 'tools', 'docker-registry');
  return {
    name: 'registry',
    async check() {
      const there = await exists(program);
      return { ok: there, detail: there ? program : 'not unpacked' };
    },
    async act() {
      context.say('unpacking docker-registry for the tests');
      const work = `${target}.part`;
      await rm(work, { recursive: true, force: true });
      await mkdir(work, { recursive: true });
      await unpackDebian('docker-registry', work);
      await rename(join(work, 'root'), target);
      await rm(work, { recursive: true, force: true });
      return 'unpacked docker-registry';
    },
  };
}
