import { Command } from 'commander';
import { CodedError } from '../base/errors.ts';
import { statePaths } from '../config/paths.ts';
import { configPaths, readServerSettings, type WorkerSettings } from '../config/server.ts';
import { readSecrets } from '../server/configuration.ts';
import { keepOwnSecrets } from '../server/own-secrets.ts';
import { storeHome } from '../server/store-home.ts';
import { startWorker } from '../server/worker/start-worker.ts';
import { openStore } from '../store/store.ts';
import { withExamples } from './help.ts';

interface WorkerFlags {
  readonly config?: string;
  readonly name?: string;
  readonly slots?: string;
  readonly domainSuffix?: string;
}

/** `cc-ci worker`: makes the runs that a server's database holds, in the foreground, until it is told to end. */
export function workerCommand(): Command {
  const command = new Command('worker')
    .summary('make the runs that a server has queued, here or on another host')
    .description(
      'Takes queued requests from the database of a cc-ci server and makes their runs on the Swarm of this host. Several workers share one database. Runs in the foreground; SIGTERM ends it in order, and what it was at goes back into the queue.',
    )
    .option('--config <dir>', 'directory of server.yaml and recipes/ (default: CC_CI_CONFIG, else /etc/cc-ci)')
    .option('--name <name>', 'over worker.name of the settings')
    .option('--slots <n>', 'over worker.slots: how many runs at a time')
    .option('--domain-suffix <domain>', 'over worker.domainSuffix: another one for every host')
    .action(work);
  return withExamples(command, [
    ['DATABASE_URL=postgres://ci@db/ci cc-ci worker', 'on another host'],
    ['cc-ci worker --name second --slots 1', 'another one beside `cc-ci serve`'],
  ]);
}

async function work(flags: WorkerFlags): Promise<void> {
  const config = configPaths(flags.config);
  const paths = statePaths();
  const settings = await readServerSettings(config);
  const { masker, learn } = keepOwnSecrets();
  learn([...(await readSecrets(settings, config)), process.env['DATABASE_URL'] ?? '']);
  const log = (line: string) => process.stderr.write(`cc-ci: ${masker.mask(line)}\n`);
  const worker = overlay(settings.worker, flags);
  await using store = await openStore(await storeHome(settings, config, paths));
  const running = await startWorker({ store, settings: { ...settings, worker }, config, paths, log });
  const ended = Promise.withResolvers<NodeJS.Signals>();
  const onSignal = (name: NodeJS.Signals) => {
    log(`${name}; what runs is torn down and put back, which takes seconds`);
    ended.resolve(name);
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, onSignal);
  await ended.promise;
  await running.stop();
}

function overlay(settings: WorkerSettings, { name, slots, domainSuffix }: WorkerFlags): WorkerSettings {
  const count = slots === undefined ? settings.slots : Number(slots);
  if (!Number.isInteger(count) || count < 1 || count > 64) {
    throw new CodedError({
      code: 'E_USAGE',
      message: `--slots: ${slots} is not a number from 1 to 64`,
      fault: 'usage',
    });
  }
  return {
    ...settings,
    name: name ?? settings.name,
    slots: count,
    domainSuffix: domainSuffix ?? settings.domainSuffix,
  };
}
