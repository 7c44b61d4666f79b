import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mustRun, runProcess } from '../../src/base/process.ts';
import { bashScript, type CompletedVerb, fishScript, zshScript } from '../../src/cli/completion-scripts.ts';
import { VERBS } from '../../src/cli/verbs.ts';
import { makeScratch, writeFiles } from '../recipe/recipe-repository.ts';

const VERBS_HERE: readonly CompletedVerb[] = [
  { name: 'test', summary: 'prove it: don’t', options: ['--help', '--keep', '--worktree'], choices: undefined },
  { name: 'tell', summary: 'it’s `nothing`', options: ['--help'], choices: ['bash', 'zsh'] },
];

/** What bash offers for the last of these words, as it asks the function that the script registers. */
async function offers(script: string, ...words: string[]): Promise<string[]> {
  await using scratch = await makeScratch();
  await writeFiles(scratch.dir, {
    'my recipe/compose.yml': '',
    'wiki/compose.yml': '',
    'recipes.json': '',
    'cc-ci.bash': script,
  });
  const ask = `source ./cc-ci.bash
registered=$(complete -p cc-ci) && set -- cc-ci "$@" && COMP_WORDS=("$@") && COMP_CWORD=$(($# - 1))
[[ $registered == *' -F _cc_ci '* ]] && _cc_ci && printf '%s\\n' "\${COMPREPLY[@]}"`;
  const argv = ['bash', '--norc', '-c', ask, 'bash', ...words] as const;
  const { stdout } = await mustRun(argv, { cwd: scratch.dir });
  return stdout.split('\n').filter((line) => line !== '');
}

describe('completion', () => {
  test.each([
    ['verbs', ['t'], ['test', 'tell']],
    ['options of the verb', ['test', '--k'], ['--keep']],
    ['directories, blanks included', ['test', ''], ['my recipe', 'wiki']],
    ['files after an option', ['test', '--keep', 'rec'], ['recipes.json']],
    ['choices of an argument', ['tell', ''], ['bash', 'zsh']],
  ])('in bash offers %s', async (_what, words, expected) => {
    expect((await offers(bashScript(VERBS_HERE), ...words)).sort()).toEqual(expected.sort());
  });

  test('the command’s own script knows every verb and its options', async () => {
    const main = join(import.meta.dirname, '../../src/cli/main.ts');
    const { stdout } = await mustRun([process.execPath, main, 'completion', 'bash']);

    expect(await offers(stdout, '')).toEqual(expect.arrayContaining(VERBS.map(({ name }) => name)));
    expect(await offers(stdout, 'test', '--work')).toEqual(['--worktree']);
    expect(await offers(stdout, 'completion', 'f')).toEqual(['fish']);
    expect(await offers(stdout, 'help', 'pla')).toEqual(['plan']);
  });

  test('no summary can end a quoted text early', () => {
    const hostile = [{ name: 'x', summary: "it's; rm -rf $(y)", options: [], choices: undefined }];
    expect(zshScript(hostile)).toContain("'x:it’s; rm -rf $(y)'");
    expect(fishScript(hostile)).toContain("-d 'it’s; rm -rf $(y)'");
  });

  test('an unknown shell is refused by name', async () => {
    const main = join(import.meta.dirname, '../../src/cli/main.ts');
    expect(await runProcess([process.execPath, main, 'completion', 'tcsh'])).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('bash, zsh, fish'),
    });
  });
});
