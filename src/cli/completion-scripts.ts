/** What the shell has to know of a verb. */
export interface CompletedVerb {
  readonly name: string;
  readonly summary: string;
  /** Long forms, such as `--keep`. */
  readonly options: readonly string[];
  /** What its argument may be; undefined for a path. */
  readonly choices: readonly string[] | undefined;
}

/** A script for bash. Directories of other names than plain ones are kept whole: lines, not words, are split. */
export function bashScript(verbs: readonly CompletedVerb[]): string {
  const cases = verbs.map(
    ({ name, options, choices }) =>
      `    ${name}) options='${options.join(' ')}'${choices === undefined ? '' : ` choices='${choices.join(' ')}'`} ;;`,
  );
  return `_cc_ci() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} options='' choices=''
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${names(verbs)} --help --version' -- "$current"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [ -n "$choices" ]; then
    COMPREPLY=($(compgen -W "$choices" -- "$current"))
  else
    local IFS=$'\\n' kind=-d
    [[ $previous == -* ]] && kind=-f
    COMPREPLY=($(compgen $kind -- "$current"))
  fi
}
complete -o filenames -F _cc_ci cc-ci ./cc-ci
`;
}

/** A script for zsh, to be sourced or put into `fpath` as `_cc-ci`. */
export function zshScript(verbs: readonly CompletedVerb[]): string {
  const described = verbs.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`);
  const cases = verbs.map(
    ({ name, options, choices }) =>
      `    ${name}) options=(${options.join(' ')})${choices === undefined ? '' : ` choices=(${choices.join(' ')})`} ;;`,
  );
  return `#compdef cc-ci
_cc-ci() {
  local -a verbs options choices
  verbs=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands command verbs
    return
  fi
  case $words[2] in
${cases.join('\n')}
  esac
  if [[ $PREFIX == -* ]]; then
    compadd -- $options
  elif (( $#choices )); then
    compadd -- $choices
  else
    _files
  fi
}
if [[ $funcstack[1] == _cc-ci ]]; then
  _cc-ci "$@"
else
  compdef _cc-ci cc-ci
fi
`;
}

/** A script for fish. */
export function fishScript(verbs: readonly CompletedVerb[]): string {
  const lines = verbs.flatMap(({ name, summary, options, choices }) => {
    const here = `complete -c cc-ci -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c cc-ci -f -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`,
      ...options.map((option) => `${here} -l ${option.replace(/^--/, '')}`),
      ...(choices === undefined ? [] : [`${here} -f -a '${choices.join(' ')}'`]),
    ];
  });
  return `${lines.join('\n')}\n`;
}

function names(verbs: readonly CompletedVerb[]): string {
  return verbs.map(({ name }) => name).join(' ');
}

/** In single quotes a shell takes everything literally but the quote itself. */
function quote(text: string): string {
  return `'${text.replaceAll("'", '’')}'`;
}
