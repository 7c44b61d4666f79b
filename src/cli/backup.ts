import { resolve } from 'node:path';
import { Command } from 'commander';
import { countOf, formatBytes } from '../base/text.ts';
import { statePaths } from '../config/paths.ts';
import { configPaths } from '../config/server.ts';
import type { Manifest } from '../server/backup/archive.ts';
import { backUpServer } from '../server/backup/backup.ts';
import { restoreServer } from '../server/backup/restore.ts';
import { withExamples } from './help.ts';

const CONFIG = [
  '--config <dir>',
  'directory of server.yaml and recipes/ (default: CC_CI_CONFIG, else /etc/cc-ci)',
] as const;

/** `cc-ci backup <file>`: the server's own state, in one file. */
export function backupCommand(): Command {
  const command = new Command('backup')
    .summary('write the state of the server to one file')
    .description(
      'Writes the database of the server, as of one moment, and its configuration directory with the secrets in it to one file that only its owner may read. The server may run meanwhile.',
    )
    .argument('<file>', 'the file to make; it must not be there yet')
    .option(...CONFIG)
    .option('--runs', 'take the directories of runs along: reports, logs, pictures')
    .action(async (file: string, flags: { readonly config?: string; readonly runs?: boolean }) => {
      const options = { config: configPaths(flags.config), paths: statePaths(), runs: flags.runs === true };
      process.stdout.write(`${resolve(file)}: ${sumUp(await backUpServer(resolve(file), options))}\n`);
    });
  return withExamples(command, [['cc-ci backup /srv/backup/cc-ci-monday.tar --runs', 'with the reports of runs']]);
}

/** `cc-ci restore <file>`: such a file, on a machine that has no server yet. */
export function restoreCommand(): Command {
  return new Command('restore')
    .summary('put a backup of the server in place on an empty machine')
    .description(
      'Checks every file of a backup, then fills a new database and the configuration directory from it. Refuses where there is something already. The server is started afterwards, with `cc-ci serve`.',
    )
    .argument('<file>', 'a file that `cc-ci backup` made')
    .option(...CONFIG)
    .action(async (file: string, flags: { readonly config?: string }) => {
      const options = { config: configPaths(flags.config), paths: statePaths() };
      process.stdout.write(`${resolve(file)}: restored ${sumUp(await restoreServer(resolve(file), options))}\n`);
    });
}

function sumUp({ files, madeAt, madeBy }: Manifest): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return `${countOf(files.length, 'file')}, ${formatBytes(bytes)}, made at ${madeAt} by cc-ci ${madeBy}`;
}
