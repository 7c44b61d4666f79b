import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { attachProcess } from '../base/attach.ts';
import { CodedError } from '../base/errors.ts';
import { largest } from '../base/lists.ts';
import { statePaths } from '../config/paths.ts';
import { readSettings } from '../config/settings.ts';
import { plainText } from '../results/plain-text.ts';
import { findRun } from '../run/past/find-run.ts';
import { chooseService, servicesOf } from '../run/past/live-app.ts';
import { type PastRun, readRun, stateOf } from '../run/past/read-run.ts';
import { connectEngine } from '../swarm/engine.ts';

interface LogFlags {
  readonly follow?: boolean;
}

/** `cc-ci logs RUN`: what the services wrote, from the Engine while they are up and from the run's files afterwards. */
export function logsCommand(): Command {
  return new Command('logs')
    .summary('print what the services of a run wrote')
    .description(
      'Prints the logs of a run’s services: from the Engine while the app is up, otherwise from the run’s directory, where the secrets in them are masked.',
    )
    .argument('[run]', 'id of a run, the beginning of one, `last`, or the path of a run’s directory', 'last')
    .argument('[service]', 'default: all of them')
    .option('-f, --follow', 'go on as more is written; only while the app is up')
    .action(async (which: string, service: string | undefined, flags: LogFlags) => {
      const paths = statePaths();
      const run = await readRun(await findRun(paths, which), paths);
      const state = await stateOf(paths, run.plan.runId, run.journal);
      if (state === 'live' || state === 'kept') process.exitCode = await engineLogs(run, service, flags);
      else if (flags.follow === true) throw ended(run);
      else await storedLogs(run, service);
    });
}

async function engineLogs(run: PastRun, asked: string | undefined, flags: LogFlags): Promise<number> {
  const { dockerSocket } = readSettings();
  const engine = await connectEngine(dockerSocket);
  try {
    const services = await servicesOf(engine, run);
    const chosen = asked === undefined ? services : [chooseService(services, asked)];
    const env = { DOCKER_HOST: `unix://${dockerSocket}` };
    const follow = flags.follow === true ? ['--follow'] : [];
    const codes: number[] = [];
    const print = async (name: string) =>
      codes.push(await attachProcess(['docker', 'service', 'logs', '--timestamps', ...follow, name], env));
    // Followed side by side; otherwise one after the other, so that each is in one piece.
    if (flags.follow === true) await Promise.all(chosen.map(({ swarmName }) => print(swarmName)));
    else for (const { swarmName } of chosen) await print(swarmName);
    return Math.max(0, largest(codes));
  } finally {
    engine.close();
  }
}

async function storedLogs(run: PastRun, asked: string | undefined): Promise<void> {
  const files = (await readdir(run.directory.logs).catch((): string[] => [])).filter((name) => name.endsWith('.log'));
  const stored = files.toSorted().map((file) => ({ name: file.slice(0, -'.log'.length), file }));
  const chosen = asked === undefined ? stored : [chooseService(stored, asked)];
  for (const { name, file } of chosen) {
    const lines = createInterface({ input: createReadStream(join(run.directory.logs, file)) });
    for await (const line of lines) process.stdout.write(`${name} | ${plainText(line)}\n`);
  }
  if (chosen.length === 0) process.stderr.write('cc-ci: no service of the run wrote a log\n');
}

function ended(run: PastRun): CodedError {
  return new CodedError({
    code: 'E_NOT_UP',
    message: `the app of run ${run.plan.runId} is not up: there is nothing to follow`,
    fault: 'usage',
    hint: 'leave out --follow to read what it wrote',
  });
}
