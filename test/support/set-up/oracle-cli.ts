import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { arch } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '../../../src/base/errors.ts';
import { mustRun, runProcess } from '../../../src/base/process.ts';
import type { StatePaths } from '../../../src/config/paths.ts';
import type { SetupContext } from '../../../src/host/setup/context.ts';
import { exists, findProgram } from '../../../src/host/setup/file-facts.ts';
import type { CheckedStep } from '../../../src/host/setup/step.ts';

/** `docker stack config` came with this version of the CLI. */
const FIRST_WITH_CONFIG = 24;
const SUITE = 'trixie';
const MIRROR = 'http://deb.debian.org/debian';

/** Where an unpacked newer CLI lies. Only tests use it, as what our loader of stack files is compared with. */
function oracleCliPath(paths: StatePaths): string {
  return join(paths.state, 'tools', `docker-cli-${SUITE}`, 'usr', 'bin', 'docker');
}

/**
 * The Docker CLI that can print a resolved stack file: the one on the path when it is new enough, else the unpacked one;
 * undefined when there is neither.
 */
export async function findOracleCli(paths: StatePaths): Promise<string | undefined> {
  const onPath = await findProgram('docker');
  for (const program of [onPath, oracleCliPath(paths)]) {
    if (program === undefined || !(await exists(program))) continue;
    const { stdout } = await runProcess([program, '--version'], { timeoutMs: 20_000 });
    if (majorVersion(stdout) >= FIRST_WITH_CONFIG) return program;
  }
  return undefined;
}

/** The major version in `Docker version 26.1.5+dfsg1, build a72d7cd`; 0 when there is none. */
export function majorVersion(text: string): number {
  return Number(/^Docker version (?<major>\d+)\./.exec(text)?.groups?.['major'] ?? 0);
}

/**
 * Step: a Docker CLI with `stack config`. Where the installed one is older, Debian 13's package is unpacked into the
 * state directory; nothing is installed and the CLI on the path stays what it is.
 */
export function oracleCliStep(context: SetupContext): CheckedStep {
  return {
    name: 'test oracle',
    async check() {
      const program = await findOracleCli(context.paths);
      return {
        ok: program !== undefined,
        detail: program === undefined ? 'no Docker CLI with `stack config`' : `docker stack config by ${program}`,
      };
    },
    async act() {
      context.say(`unpacking Debian's newer docker-cli for the tests`);
      await unpackCli(context.paths);
      return `unpacked docker-cli of Debian ${SUITE}`;
    },
  };
}

/** apt with directories of its own: the machine's package lists and sources are neither read nor changed. */
async function unpackCli(paths: StatePaths): Promise<void> {
  if ((await findProgram('apt-get')) === undefined || (await findProgram('dpkg-deb')) === undefined) {
    throw new CodedError({
      code: 'E_SETUP_NO_APT',
      message: `the Docker CLI is older than ${FIRST_WITH_CONFIG}, and there is no apt-get to fetch a newer one`,
      fault: 'infrastructure',
      hint: `bring a Docker CLI of version ${FIRST_WITH_CONFIG} or newer to the path`,
    });
  }
  const target = join(paths.state, 'tools', `docker-cli-${SUITE}`);
  const work = `${target}.part`;
  await rm(work, { recursive: true, force: true });
  await Promise.all(
    ['lists/partial', 'cache/archives/partial', 'root', 'debs'].map((part) =>
      mkdir(join(work, part), { recursive: true }),
    ),
  );
  const sources = join(work, 'sources.list');
  await writeFile(sources, `deb [arch=${arch() === 'arm64' ? 'arm64' : 'amd64'}] ${MIRROR} ${SUITE} main\n`);
  const options = [
    `Dir::Etc::sourcelist=${sources}`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${join(work, 'lists')}`,
    `Dir::Cache=${join(work, 'cache')}`,
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  const timeoutMs = 300_000;
  await mustRun(['apt-get', '--quiet=2', ...options, 'update'], { timeoutMs });
  await mustRun(['apt-get', '--quiet=2', ...options, 'download', 'docker-cli'], { cwd: join(work, 'debs'), timeoutMs });
  const found = await mustRun(['find', join(work, 'debs'), '-name', 'docker-cli_*.deb']);
  const [deb] = found.stdout.split('\n');
  await mustRun(['dpkg-deb', '--extract', deb ?? '', join(work, 'root')], { timeoutMs });
  await rm(target, { recursive: true, force: true });
  await rename(join(work, 'root'), target);
  await rm(work, { recursive: true, force: true });
}
