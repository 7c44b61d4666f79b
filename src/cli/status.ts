import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { CodedError } from '../base/errors.ts';
import { giteaForge } from '../forge/gitea/client.ts';
import { type PullRequestStatus, readPullRequestStatus } from '../forge/pull-request-status.ts';
import { withExamples } from './help.ts';

interface StatusFlags {
  readonly tokenFile?: string;
  readonly json?: boolean;
}

/** The exit code of each colour; documented in docs/verbs/status.md. */
const EXIT_OF: Readonly<Record<PullRequestStatus['colour'], number>> = { green: 0, red: 1, pending: 5, none: 6 };

/** `cc-ci status <pr-url>`: what is known of the head of a pull request. Starts nothing. */
export function statusCommand(): Command {
  const command = new Command('status')
    .summary('tell whether the head of a pull request is green, red or pending')
    .description(
      'Asks the forge what cc-ci said of the commit that is the head of a pull request now. Results of other commits do not count, and nothing is started.',
    )
    .argument('<pr-url>', 'the address of a pull request, as in https://git.example.org/recipes/wiki/pulls/12')
    .option('--token-file <file>', 'a token of the forge, for repositories that not everybody may read')
    .option('--json', 'print one object on standard output')
    .action(async (url: string, flags: StatusFlags) => {
      const { forgeUrl, name, number } = readUrl(url);
      const file = flags.tokenFile;
      const forge = giteaForge({
        id: forgeUrl,
        url: forgeUrl,
        token: async () => (file === undefined ? undefined : (await readFile(file, 'utf8')).trim()),
      });
      const status = await readPullRequestStatus(forge, name, number);
      const run = status.url === '' ? '' : `  ${status.url}`;
      process.stdout.write(
        flags.json === true ? `${JSON.stringify(status)}\n` : `${status.colour}  ${status.sha.slice(0, 12)}${run}\n`,
      );
      process.exitCode = EXIT_OF[status.colour];
    });
  return withExamples(command, [
    ['cc-ci status https://git.example.org/recipes/wiki/pulls/12', 'green, red, pending or none, and the run'],
  ]);
}

function readUrl(text: string) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const path = /^(?<base>.*)\/(?<owner>[^/]+)\/(?<name>[^/]+)\/pulls\/(?<number>[1-9]\d*)\/?$/.exec(
    url?.pathname ?? '',
  );
  const { base, owner, name, number } = path?.groups ?? {};
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (url === undefined || !isWeb || owner === undefined || name === undefined) {
    throw new CodedError({
      code: 'E_USAGE',
      message: `${text} is not the address of a pull request`,
      fault: 'usage',
      hint: 'on a Gitea or Forgejo it ends with /<owner>/<repository>/pulls/<number>',
    });
  }
  return { forgeUrl: `${url.origin}${base ?? ''}`, name: { owner, name }, number: Number(number) };
}
