import { Command } from 'commander';
import { statePaths } from '../config/paths.ts';
import { type ConfigPaths, configPaths, publishServerSchema } from '../config/server.ts';
import { checkConfiguration } from '../server/check.ts';
import { startServer } from '../server/server.ts';
import { startWorker } from '../server/worker/start-worker.ts';
import { EXIT } from './exit-codes.ts';
import { withExamples } from './help.ts';

interface ServeFlags {
  readonly config?: string;
  readonly check?: boolean;
  readonly schema?: boolean;
  readonly worker: boolean;
}

/** `cc-ci serve`: the server, in the foreground, until it is told to end. */
export function serveCommand(): Command {
  const command = new Command('serve')
    .summary('watch the enrolled repositories, run what is asked for there, and report')
    .description(
      'Watches the repositories of the enrolled recipes on their forges, turns commands of trusted people into runs of exact commits, and reports on the pull requests. Runs in the foreground; SIGHUP has it read its settings anew, SIGTERM ends it in order.',
    )
    .option('--config <dir>', 'directory of server.yaml and recipes/ (default: CC_CI_CONFIG, else /etc/cc-ci)')
    .option('--check', 'judge the settings and the list of recipes, ask the forges about them, and start nothing')
    .option('--no-worker', 'make no runs in this process: workers (`cc-ci worker`) run elsewhere')
    .option('--schema', 'print the JSON schema of server.yaml')
    .action(async (flags: ServeFlags) => {
      if (flags.schema === true) {
        process.stdout.write(`${JSON.stringify(publishServerSchema(), null, 2)}\n`);
        return;
      }
      const config = configPaths(flags.config);
      if (flags.check === true) {
        process.exitCode = await check(config);
        return;
      }
      await serve(config, flags.worker);
    });
  return withExamples(command, [
    ['cc-ci serve --check', 'is everything as it should be?'],
    ['cc-ci serve --config ./server', 'settings from another directory'],
  ]);
}

async function check(config: ConfigPaths): Promise<number> {
  const { fine, limits, wrong, silent } = await checkConfiguration(config);
  for (const line of fine) process.stdout.write(`ok       ${line}\n`);
  for (const line of limits) process.stdout.write(`limited  ${line}\n`);
  for (const line of silent) process.stdout.write(`silent   ${line}\n`);
  for (const line of wrong) process.stdout.write(`wrong    ${line}\n`);
  return wrong.length > 0 ? EXIT.usage : silent.length > 0 ? EXIT.error : EXIT.success;
}

async function serve(config: ConfigPaths, worker: boolean): Promise<void> {
  const server = await startServer({ config, paths: statePaths(), startWorker: worker ? startWorker : undefined, log });
  log(`listening on ${server.url}`);
  // One after the other: a reload that begins while another goes on would start everything twice.
  let reloads: Promise<void> = Promise.resolve();
  const onHangup = () => {
    reloads = reloads.then(() => server.reload());
  };
  process.on('SIGHUP', onHangup);
  const ended = Promise.withResolvers<NodeJS.Signals>();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, ended.resolve);
  log(`${await ended.promise}; ending`);
  await reloads;
  await server.stop();
  process.off('SIGHUP', onHangup);
}

function log(line: string): void {
  process.stderr.write(`cc-ci: ${line}\n`);
}
