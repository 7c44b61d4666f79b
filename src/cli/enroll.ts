import { Command } from 'commander';
import { configPaths } from '../config/server.ts';
import { enroll, readAdminToken } from '../server/enroll.ts';
import { withExamples } from './help.ts';

interface EnrollFlags {
  readonly recipe?: string;
  readonly config?: string;
  readonly tokenFile?: string;
}

const WEBHOOK = { made: 'made', 'was there': 'is there already', left: 'is not made' } as const;

/** `cc-ci enroll <url>`: puts a repository on the list, and says what is left to do. */
export function enrollCommand(): Command {
  const command = new Command('enroll')
    .summary('put the repository of a recipe on the list of what is watched')
    .description(
      'Writes recipes/<name>/recipe.yaml, looks at what the server’s account may do on the repository, and says what follows from that and what is left to do. A server that runs takes it up by itself.',
    )
    .argument('<url>', 'the repository’s address, on a forge that the settings name')
    .option('--recipe <name>', 'what the recipe is called here (default: the repository’s name)')
    .option(
      '--token-file <file>',
      'token of somebody who administers the repository, to make the webhook; it is not kept',
    )
    .option('--config <dir>', 'directory of server.yaml and recipes/ (default: CC_CI_CONFIG, else /etc/cc-ci)')
    .action(async (url: string, flags: EnrollFlags) => {
      const adminToken = flags.tokenFile === undefined ? undefined : await readAdminToken(flags.tokenFile);
      const options = { config: configPaths(flags.config), recipe: flags.recipe, adminToken };
      const { listed, isNew, limits, left, webhook } = await enroll(url, options);
      const { recipe, owner, name, file } = listed;
      process.stdout.write(
        `${recipe}: ${owner}/${name} ${isNew ? `is enrolled, in ${file}` : 'was enrolled already'}\n`,
      );
      process.stdout.write(`webhook: ${WEBHOOK[webhook]}\n`);
      for (const text of limits) process.stdout.write(`limited: ${text}\n`);
      for (const text of left) process.stdout.write(`to do: ${text}\n`);
    });
  return withExamples(command, [
    ['cc-ci enroll https://git.example.org/recipes/notebook', 'a webhook is left to a person'],
    ['cc-ci enroll https://git.example.org/recipes/notebook --token-file admin', 'and makes the webhook'],
  ]);
}
