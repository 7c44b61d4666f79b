import { Command, CommanderError } from 'commander';
import { formatError } from '../base/errors.ts';
import { TOOL_VERSION } from '../config/version.ts';
import { EXIT, exitCodeOfError } from './exit-codes.ts';
import { prepareCommand } from './help.ts';
import { VERBS } from './verbs.ts';

/** The command `cc-ci`. Only the verb that was asked for is loaded. */
async function main(argv: readonly string[]): Promise<number> {
  const program = prepareCommand(new Command('cc-ci'))
    .description('Proof that Co-op Cloud recipes really work, on a real Docker Swarm.')
    .version(TOOL_VERSION, '-V, --version')
    .addHelpText(
      'after',
      '\nExit codes: 0 success, 1 failure, 2 usage, 3 infrastructure or internal error, 4 cancelled, 5 needs approval.\nMore: docs/README.md, or `cc-ci <verb> --help`.',
    );
  const asked = VERBS.find(({ name }) => name === argv[0] || (argv[0] === 'help' && name === argv[1]));
  for (const verb of VERBS) {
    program.addCommand(
      verb === asked
        ? prepareCommand(await verb.load())
        : new Command(verb.name).summary(verb.summary).description(verb.summary),
    );
  }
  const unknown = argv[0] === 'help' && argv[1] !== undefined && asked === undefined;
  try {
    // Of a verb that does not exist there is no help; commander would print its own instead.
    await program.parseAsync(unknown ? argv.slice(1) : argv, { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT.success;
  } catch (error: unknown) {
    // Commander has printed its own message; help and version end with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.success : EXIT.usage;
    process.stderr.write(`cc-ci: ${formatError(error)}\n`);
    return exitCodeOfError(error);
  }
}

// A reader that goes away (`cc-ci … | head`) silences us and no more: a run still has its app to remove and its own exit code.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
process.exitCode = await main(process.argv.slice(2));
