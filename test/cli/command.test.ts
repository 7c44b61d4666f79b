import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ProcessResult, runProcess } from '../../src/base/process.ts';
import { VERBS } from '../../src/cli/verbs.ts';
import { TOOL_VERSION } from '../../src/config/version.ts';
import { makeScratch, writeFiles } from '../recipe/recipe-repository.ts';
import { CLEAN } from '../recipe/sample-recipe.ts';

const main = join(import.meta.dirname, '../../src/cli/main.ts');

async function ccCi(args: readonly string[], files: Readonly<Record<string, string>> = {}): Promise<ProcessResult> {
  await using scratch = await makeScratch();
  await writeFiles(scratch.dir, files);
  const env = { CC_CI_STATE: join(scratch.dir, 'state') };
  return await runProcess([process.execPath, main, ...args], { cwd: scratch.dir, env });
}

describe('cc-ci', () => {
  test('without arguments shows what there is, as a mistake', async () => {
    const { exitCode, stdout, stderr } = await ccCi([]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    for (const { name } of VERBS) expect(stderr).toContain(`\n  ${name} `);
  });

  test('prints help and version on standard output when asked', async () => {
    for (const args of [['--help'], ['-h'], ['help']]) {
      expect(await ccCi(args)).toMatchObject({
        exitCode: 0,
        stderr: '',
        stdout: expect.stringContaining('Usage: cc-ci'),
      });
    }
    expect(await ccCi(['--version'])).toMatchObject({ exitCode: 0, stdout: `${TOOL_VERSION}\n`, stderr: '' });
  });

  test('help for a verb is the verb’s own, with examples of use', async () => {
    const [asked, own] = await Promise.all([ccCi(['help', 'test']), ccCi(['test', '--help'])]);
    expect(asked).toMatchObject({ exitCode: 0, stderr: '', stdout: own.stdout });
    expect(own.stdout).toContain('Examples:\n  cc-ci test .');
  });

  const mistakes: readonly (readonly [string, readonly string[], string])[] = [
    ['a verb that does not exist', ['tset'], "cc-ci: unknown command 'tset'\n(Did you mean test?)\n"],
    ['help for a verb that does not exist', ['help', 'tset'], "cc-ci: unknown command 'tset'\n(Did you mean test?)\n"],
    ['an unknown option', ['--bogus'], "cc-ci: unknown option '--bogus'\n"],
    ['an unknown option of a verb', ['test', '.', '--kep'], "cc-ci: unknown option '--kep'\n(Did you mean --keep?)\n"],
    ['an argument that is missing', ['test'], "cc-ci: missing required argument 'path-or-url'\n"],
    [
      'a tier that does not exist',
      ['test', '.', '--tiers', 'instal'],
      'cc-ci: --tiers: "instal" is not a tier; there are install, upgrade, backup, restore, functional, lint [E_USAGE]\n',
    ],
    [
      'a bound that is no number',
      ['plan', '.', '--deadline', 'soon'],
      'cc-ci: --deadline: soon is not a number of seconds [E_USAGE]\n',
    ],
    ...['test', 'plan', 'lint', 'config'].map(
      (verb) =>
        [
          `a directory that does not exist, for ${verb}`,
          [verb, 'nosuch'],
          'cc-ci: nosuch does not exist [E_SOURCE]\n  → give a directory or a git URL\n',
        ] as const,
    ),
  ];
  test.each(mistakes)('says in a line what is wrong with %s, and ends with 2', async (_what, args, line) => {
    expect(await ccCi(args)).toMatchObject({ exitCode: 2, stdout: '', stderr: line });
  });

  test('tells where an example lies when it is asked for from elsewhere', async () => {
    const { exitCode, stderr } = await ccCi(['test', 'examples/notebook']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /→ (?:the example lies in|\.\/cc-ci setup makes the examples; this one will be) \/.*\/notebook\n/,
    );
  });

  test('prints nothing but JSON on standard output when that is asked for, and nothing when there is none', async () => {
    const linted = await ccCi(
      ['lint', 'wiki', '--json'],
      Object.fromEntries(Object.entries(CLEAN).map(([name, text]) => [`wiki/${name}`, text])),
    );
    expect(() => JSON.parse(linted.stdout)).not.toThrow();
    expect(await ccCi(['lint', '.', '--json'])).toMatchObject({
      stdout: '',
      stderr: expect.stringMatching(/^cc-ci: /),
    });
  });

  test('writes no terminal sequences into a pipe', async () => {
    const outputs = [await ccCi(['--help']), await ccCi(['test', 'nosuch'])];
    // oxlint-disable-next-line no-control-regex
    for (const { stdout, stderr } of outputs) expect(stdout + stderr).not.toMatch(/\u001b/);
  });

  test('a reader that goes away is no error', async () => {
    const script = `"$1" "$2" --help | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout } = await runProcess(['bash', '-c', script, 'bash', process.execPath, main]);
    expect(stdout).toMatch(/^Usage: .*\n0\n$/);
  });
});
