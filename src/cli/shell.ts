import { Command } from 'commander';
import { attachProcess } from '../base/attach.ts';
import { CodedError } from '../base/errors.ts';
import type { Argv } from '../base/process.ts';
import { statePaths } from '../config/paths.ts';
import { readSettings } from '../config/settings.ts';
import { findRun } from '../run/past/find-run.ts';
import { chooseService, containerOf, mustBeUp, servicesOf } from '../run/past/live-app.ts';
import { readRun } from '../run/past/read-run.ts';
import { connectEngine } from '../swarm/engine.ts';

/** Runs inside the container, where a shell is the only program that can be counted on. */
const SHELL: Argv = ['sh', '-c', 'exec "$(command -v bash || command -v sh)"'];

/** `cc-ci shell RUN`: a terminal inside an app that is kept or watched. */
export function shellCommand(): Command {
  return new Command('shell')
    .summary('open a shell in an app that is kept or watched')
    .description(
      'Opens a shell (bash where there is one) in the container of a service, or runs a command there: `cc-ci shell last app -- ls /`. Ends with the exit code of what was run.',
    )
    .usage('[run] [service] [-- command...]')
    .argument(
      '[words...]',
      'a run as `cc-ci runs` lists it (default `last`), a service (default `app`, or the only one)',
    )
    .action(async (words: readonly string[]) => {
      const { which, service, command } = splitWords(words, process.argv);
      const paths = statePaths();
      const run = await readRun(await findRun(paths, which), paths);
      if ((await mustBeUp(run, paths)) === 'live' && run.plan.watch !== true)
        process.stderr.write('cc-ci: the run still goes on; what you change in its app counts\n');
      const settings = readSettings();
      const engine = await connectEngine(settings.dockerSocket);
      try {
        const container = await containerOf(engine, chooseService(await servicesOf(engine, run), service));
        process.exitCode = await attachProcess(execArgv(container, command, process.stdin.isTTY), {
          DOCKER_HOST: `unix://${settings.dockerSocket}`,
        });
      } finally {
        engine.close();
      }
    });
}

/** Tells what stands before `--` from what is to be run: the parser hands over both as one list. Pure. */
export function splitWords(
  words: readonly string[],
  argv: readonly string[],
): { readonly which: string; readonly service: string | undefined; readonly command: readonly string[] } {
  const dashes = argv.indexOf('--');
  const command = dashes === -1 ? [] : argv.slice(dashes + 1);
  const [which = 'last', service, extra] = words.slice(0, words.length - command.length);
  if (extra === undefined) return { which, service, command };
  throw new CodedError({
    code: 'E_USAGE',
    message: `${extra}: one word too many`,
    fault: 'usage',
    hint: 'a command to run stands after `--`',
  });
}

/** The call of the Docker CLI; a terminal is only asked for where there is one. Pure. */
export function execArgv(container: string, command: readonly string[], terminal: boolean): Argv {
  return ['docker', 'exec', terminal ? '-it' : '-i', container, ...(command.length === 0 ? SHELL : command)];
}
