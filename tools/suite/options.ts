import { Command, InvalidArgumentError, Option } from 'commander';
import { PROJECTS, type Project } from '../../test/support/set-up/steps.ts';

/** What a call of the tests is asked for. */
export interface SuiteOptions {
  /** Empty: all of them. */
  readonly projects: readonly Project[];
  readonly full: boolean;
  readonly seed: number | undefined;
  readonly shards: number | undefined;
  readonly checks: boolean;
  /** The commit of `--changed`, where one is named. */
  readonly since: string | undefined;
  /** A file to write every test's name and status to. */
  readonly outcomes: string | undefined;
  /** Whether only tests of some name are asked for. */
  readonly named: boolean;
  /** File filters, and what is vitest's own: `-t NAME`, `--changed`. */
  readonly args: readonly string[];
}

interface Flags {
  readonly project?: readonly Project[];
  readonly full?: boolean;
  readonly seed?: number;
  readonly shards?: number;
  readonly outcomes?: string;
  readonly changed?: string | true;
  readonly testNamePattern?: string;
}

const DESCRIPTION = `Sets up what the chosen tests need, then runs the static checks and the tests. With FILES (parts of paths), --project or
--changed it runs a part, without the static checks. The last line is "N passed, N failed".`;

/** Reads the command line. Ends the process where that is asked for (\`--help\`) or wrong. */
export function readOptions(argv: readonly string[]): SuiteOptions {
  const command = new Command('npm test --')
    .description(DESCRIPTION)
    .argument('[FILES...]', 'parts of the paths of test files')
    .addOption(
      new Option('--project <name>', `only these tests, of ${PROJECTS.join(', ')}; may be given again`).argParser(
        (name: string, before: readonly Project[] | undefined) => [...(before ?? []), readProject(name)],
      ),
    )
    .option(
      '--changed [commit]',
      'what the files import that have changed since a commit; since the last one unless given',
    )
    .option('-t, --testNamePattern <pattern>', 'only tests whose full name matches')
    .option('--full', 'exhaustive suites in full instead of a drawn sample')
    .option('--seed <n>', 'draw as an earlier call did, which named this seed', readCount)
    .option('--shards <n>', 'Engines beside each other; as many as this machine bears unless given', readCount)
    .option('--outcomes <file>', 'write the name and the status of each test there, as JSON');
  command.parse([...argv], { from: 'user' });
  const { project = [], full = false, seed, shards, outcomes, changed, testNamePattern } = command.opts<Flags>();
  const files = command.args;
  return {
    projects: project,
    full,
    seed,
    shards,
    checks: project.length === 0 && files.length === 0 && changed === undefined && testNamePattern === undefined,
    since: typeof changed === 'string' ? changed : undefined,
    outcomes,
    named: testNamePattern !== undefined,
    args: [
      ...files,
      ...(changed === undefined ? [] : [changed === true ? '--changed' : `--changed=${changed}`]),
      ...(testNamePattern === undefined ? [] : [`--testNamePattern=${testNamePattern}`]),
    ],
  };
}

function readProject(name: string): Project {
  const found = PROJECTS.find((project) => project === name);
  if (found === undefined) throw new InvalidArgumentError(`there are ${PROJECTS.join(', ')}`);
  return found;
}

function readCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('expected a whole number above 0');
  return count;
}
