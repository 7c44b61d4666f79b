import { CodedError } from '../../base/errors.ts';
import { mustRun, runProcess } from '../../base/process.ts';
import { countOf } from '../../base/text.ts';
import type { SetupContext } from './context.ts';
import { pingEngine } from './engine-ping.ts';
import { findProgram } from './file-facts.ts';
import { ENGINE, findEither, PROGRAMS, type Program, packagesFor } from './programs.ts';
import type { CheckedStep } from './step.ts';

const MINUTES_20 = 20 * 60_000;

/** Step: the programs that a run needs, installed from Debian where they are missing; an Engine among them unless it is left out. */
export function packagesStep(
  context: SetupContext,
  { engine = true }: { readonly engine?: boolean } = {},
): CheckedStep {
  return {
    name: 'packages',
    async check() {
      const missing = await missingPrograms(context, engine);
      const names = missing.map(({ program }) => program).join(', ');
      return {
        ok: missing.length === 0,
        detail: missing.length === 0 ? `${countOf(PROGRAMS.length, 'program')} present` : `missing: ${names}`,
      };
    },
    async act() {
      const packages = packagesFor(await Promise.all((await missingPrograms(context, engine)).map(asOffered)));
      context.say(`installing ${packages.join(' ')}`);
      await installPackages(packages);
      return `installed ${packages.join(' ')}`;
    },
  };
}

/** A lighter program that this system has no package of is had as the other one. */
async function asOffered(wanted: Program): Promise<Program> {
  if (wanted.lighter === undefined || (await isOffered(wanted.package))) return wanted;
  return { ...wanted, package: wanted.program };
}

/** Whether this system has a package of that name. */
export async function isOffered(name: string): Promise<boolean> {
  if ((await findProgram('apt-cache')) === undefined) return false;
  await updatePackageLists();
  return (await runProcess(['apt-cache', 'show', name], { timeoutMs: MINUTES_20 })).exitCode === 0;
}

async function missingPrograms(context: SetupContext, engine: boolean): Promise<Program[]> {
  const found = await Promise.all(PROGRAMS.map(async (entry) => ({ entry, file: await findEither(entry) })));
  const missing = found.filter(({ file }) => file === undefined).map(({ entry }) => entry);
  if (!engine) return missing;
  const answer = await pingEngine(context.settings.dockerSocket);
  if (answer === undefined && (await findProgram(ENGINE.program)) === undefined) missing.push(ENGINE);
  if (answer !== undefined && (await findProgram('docker')) === undefined) {
    throw new CodedError({
      code: 'E_SETUP_DOCKER_CLI',
      message: 'an Engine answers, and the docker command is not on the path',
      fault: 'infrastructure',
      hint: 'install the Docker CLI that belongs to this Engine; set-up does not install a second Engine beside it',
    });
  }
  return missing;
}

/** Installs packages by apt; where that cannot be, says what a person has to do. */
export async function installPackages(packages: readonly string[]): Promise<void> {
  const command = `apt-get install --no-install-recommends ${packages.join(' ')}`;
  if ((await findProgram('apt-get')) === undefined) {
    throw new CodedError({
      code: 'E_SETUP_NO_APT',
      message: `missing on this machine: ${packages.join(', ')} (Debian's names), and there is no apt-get to install them`,
      fault: 'infrastructure',
      hint: "install them with this system's own package manager and start again",
    });
  }
  if (process.getuid?.() !== 0) {
    throw new CodedError({
      code: 'E_SETUP_NOT_ROOT',
      message: `missing on this machine: ${packages.join(', ')}, and only root may install them`,
      fault: 'infrastructure',
      hint: `run as root: ${command}`,
    });
  }
  await updatePackageLists();
  await mustRun(['apt-get', ...QUIET, '--yes', '--no-install-recommends', 'install', ...packages], {
    env: APT_ENV,
    timeoutMs: MINUTES_20,
  });
}

const APT_ENV = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
const QUIET = ['--quiet=2', '-o', 'Dpkg::Use-Pty=0'];

/** A foreign source that does not answer makes the update fail; what matters is whether the packages can be installed. */
async function updatePackageLists(): Promise<void> {
  await runProcess(['apt-get', ...QUIET, 'update'], { env: APT_ENV, timeoutMs: MINUTES_20 });
}
