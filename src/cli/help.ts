import type { Command, OutputConfiguration } from 'commander';
import { largest } from '../base/lists.ts';

/** Errors of the parser look like all others, and stand on standard error. */
const OUTPUT: OutputConfiguration = {
  outputError: (text, write) => write(text.replace(/^error: /, 'cc-ci: ')),
};

/** A command that throws instead of ending the process under our feet, and says a mistake in one line. */
export function prepareCommand(command: Command): Command {
  command.exitOverride().configureOutput(OUTPUT).showSuggestionAfterError();
  for (const child of command.commands) prepareCommand(child);
  return command;
}

/** Adds examples to the end of a verb's help, each with what it does. */
export function withExamples(command: Command, examples: readonly (readonly [argv: string, does: string])[]): Command {
  const width = largest(examples.map(([argv]) => argv.length));
  const lines = examples.map(([argv, does]) => `  ${argv.padEnd(width)}  ${does}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}
