import { Command, CommanderError } from 'commander';
import { formatError } from '../base/errors.ts';
import { TOOL_VERSION } from '../config/version.ts';
import { EXIT, exitCodeOfError } from './exit-codes.ts';
import { VERBS } from './verbs.ts';

/** The command `cc-ci`. Only the verb that was asked for is loaded. */
async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('cc-ci')
    .description('Proof that Co-op Cloud recipes really work, on a real Docker Swarm.')
    .version(TOOL_VERSION, '-V, --version')
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit codes: 0 success, 1 failure, 2 usage, 3 infrastructure or internal error, 4 cancelled.\nMore: docs/README.md, or `cc-ci <verb> --help`.',
    );
  const asked = VERBS.find(({ name }) => name === argv[0] || (argv[0] === 'help' && name === argv[1]));
  for (const verb of VERBS) {
    program.addCommand(
      verb === asked
        ? inherit(await verb.load())
        : new Command(verb.name).summary(verb.summary).description(verb.summary),
    );
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT.success;
  } catch (error: unknown) {
    // Commander has printed its own message; help and version end with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.success : EXIT.usage;
    process.stderr.write(`cc-ci: ${formatError(error)}\n`);
    return exitCodeOfError(error);
  }
}

/** A verb's own parser also throws instead of ending the process under our feet. */
function inherit(command: Command): Command {
  command.exitOverride().showHelpAfterError('(see --help)');
  for (const child of command.commands) inherit(child);
  return command;
}

// A reader that goes away (`cc-ci … | head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.success);
  throw error;
});
process.exitCode = await main(process.argv.slice(2));
