import { Argument, Command } from 'commander';
import { bashScript, type CompletedVerb, fishScript, zshScript } from './completion-scripts.ts';
import { VERBS } from './verbs.ts';

const SHELLS = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** `cc-ci completion <shell>`: made from the verbs themselves, so it cannot go out of date. */
export function completionCommand(): Command {
  return new Command('completion')
    .summary('print a completion script for bash, zsh or fish')
    .description(
      'Prints a completion script. For bash: cc-ci completion bash > ~/.local/share/bash-completion/completions/cc-ci',
    )
    .addArgument(new Argument('<shell>', 'which shell it is for').choices(Object.keys(SHELLS)))
    .action(async (shell: keyof typeof SHELLS) => {
      process.stdout.write(SHELLS[shell](await completedVerbs()));
    });
}

/** Every verb with its options, and `help`, which the parser brings. */
async function completedVerbs(): Promise<CompletedVerb[]> {
  const verbs = await Promise.all(
    VERBS.map(async (verb) => {
      const command = await verb.load();
      const options = ['--help', ...command.options.map((option) => option.long ?? option.flags)];
      const choices = command.registeredArguments[0]?.argChoices;
      return { name: verb.name, summary: verb.summary, options, choices };
    }),
  );
  const choices = VERBS.map(({ name }) => name);
  return [...verbs, { name: 'help', summary: 'tell about a command', options: [], choices }];
}
