import { Argument, Command } from 'commander';
import { VERBS } from './verbs.ts';

interface VerbOptions {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly string[];
}

/** `cc-ci completion <shell>`: made from the verbs themselves, so it cannot go out of date. */
export function completionCommand(): Command {
  return new Command('completion')
    .summary('print a completion script for bash, zsh or fish')
    .description(
      'Prints a completion script. For bash: cc-ci completion bash > ~/.local/share/bash-completion/completions/cc-ci',
    )
    .addArgument(new Argument('<shell>', 'which shell it is for').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: string) => {
      const verbs = await Promise.all(
        VERBS.filter(({ name }) => name !== 'completion').map(async (verb): Promise<VerbOptions> => {
          const command = await verb.load();
          return {
            name: verb.name,
            summary: verb.summary,
            options: command.options.map((option) => option.long ?? option.flags),
          };
        }),
      );
      const all = [...verbs, { name: 'completion', summary: 'print a completion script', options: [] }];
      process.stdout.write(shell === 'fish' ? fishScript(all) : bashScript(all, shell === 'zsh'));
    });
}

/** Bash's script; zsh runs it through bashcompinit. Pure. */
export function bashScript(verbs: readonly VerbOptions[], zsh: boolean): string {
  const cases = verbs.map(({ name, options }) => `    ${name}) words='${['--help', ...options].join(' ')}' ;;`);
  return `${zsh ? '#compdef cc-ci\nautoload -U +X bashcompinit && bashcompinit\n' : ''}_cc_ci() {
  local current=\${COMP_WORDS[COMP_CWORD]} words=''
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${verbs.map(({ name }) => name).join(' ')} --help --version' -- "$current"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
  case $current in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) COMPREPLY=($(compgen -d -- "$current")) ;;
  esac
}
complete -o filenames -F _cc_ci cc-ci ./cc-ci
`;
}

function fishScript(verbs: readonly VerbOptions[]): string {
  const lines = ['complete -c cc-ci -f'];
  for (const { name, summary, options } of verbs) {
    lines.push(`complete -c cc-ci -n __fish_use_subcommand -a ${name} -d '${summary.replaceAll("'", '’')}'`);
    for (const option of options)
      lines.push(`complete -c cc-ci -n '__fish_seen_subcommand_from ${name}' -l ${option.replace(/^--/, '')}`);
  }
  return `${lines.join('\n')}\n`;
}
