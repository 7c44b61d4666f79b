import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { CodedError } from '../base/errors.ts';
import { isRunId } from '../base/ids.ts';
import { statePaths } from '../config/paths.ts';
import { readSettings } from '../config/settings.ts';
import { parseDuration } from '../recipe/compose/units.ts';
import { isRemote } from '../recipe/git/remote.ts';
import { Tier } from '../results/schema.ts';
import { runRecipe } from '../run/execute.ts';
import { NeedsApprovalError } from '../run/plan/approval.ts';
import { type RunRequest, TIERS } from '../run/types.ts';
import { enrolledRecipes } from './enrolled.ts';
import { exitCodeOf } from './exit-codes.ts';
import { withExamples } from './help.ts';
import { requireSource } from './require-source.ts';
import { showRun } from './show-run.ts';
import { onSignals } from './signals.ts';
import { watchOnTerminal } from './watch.ts';

interface TestFlags {
  readonly ref?: string;
  readonly base?: string;
  readonly tiers?: string;
  readonly domain?: string;
  readonly env: Record<string, string>;
  readonly secret: Record<string, string>;
  readonly worktree?: boolean;
  readonly keep?: boolean;
  readonly watch?: boolean;
  readonly json?: boolean;
  readonly out?: string;
  readonly deadline: string;
  readonly waitForRoom: string;
  readonly requireApproval?: boolean;
  readonly approved?: string;
  readonly trusted?: string;
  readonly runId?: string;
}

/** `cc-ci test <path-or-url>`: one run, from the plan to the verdict. */
export function testCommand(): Command {
  const command = addRunOptions(new Command('test'))
    .summary('prove a recipe on a real Swarm: install, upgrade, back up, restore, exercise, lint')
    .description(
      'Deploys a recipe at an exact commit on a real Docker Swarm, runs its tiers against that one deployment, and gives a verdict with a level 0–5 and the evidence. Nothing it made outlives it.',
    )
    .option('--keep', 'leave the app up at the end, and print how to reach and remove it')
    .option(
      '--wait-for-room <duration>',
      'how long to wait until other runs leave room on this host, as in 90s or 10m; with 0 what does not fit now is refused',
      '10m',
    )
    .option('--watch', 'keep the app up while the recipe is edited, and redo after each change what it can affect')
    .option(
      '--json',
      'print results.json on standard output, with --watch one line per round; progress goes to standard error',
    )
    .option('--require-approval', 'do not begin when the commit reaches beyond its own stack and is not approved')
    .option('--approved <sha>', 'with --require-approval: the commit, in full, that somebody trusted has approved')
    .option('--trusted <ref>', 'with --require-approval: a commit or branch whose tests/ may run unasked')
    .option('--out <dir>', 'where the run’s directory is made (default: below the state directory)')
    .option('--run-id <id>', 'the run’s id, for a program that has to know it beforehand')
    .action(async (source: string, flags: TestFlags) => {
      const request = await readRequest(source, flags);
      if (flags.watch === true) refuseUnwatchable(source, flags);
      const paths = statePaths();
      const signals = onSignals();
      try {
        const options = {
          paths,
          settings: readSettings(),
          enrolledDir: enrolledRecipes(),
          outDir: flags.out === undefined ? undefined : resolve(flags.out),
          runId: readRunId(flags.runId),
          waitForRoomMs: readDuration('--wait-for-room', flags.waitForRoom),
          signal: signals.signal,
        };
        if (flags.watch === true) {
          process.exitCode = await watchOnTerminal(request, options, flags.json === true);
          return;
        }
        const show = showRun({ json: flags.json === true });
        const outcome = await runRecipe(request, { ...options, report: show.report }).catch((error: unknown) => {
          if (flags.json === true && error instanceof NeedsApprovalError) {
            const { code, commit, findings } = error;
            process.stdout.write(`${JSON.stringify({ code, commit, findings })}\n`);
          }
          throw error;
        });
        await show.finish(outcome);
        process.exitCode = exitCodeOf(outcome.results.verdict);
      } finally {
        signals[Symbol.dispose]();
      }
    });
  return withExamples(command, [
    ['cc-ci test .', 'the recipe here, upgraded from its newest release'],
    ['cc-ci test . --worktree', 'the same, with changes that are not committed'],
    ['cc-ci test . --tiers install --keep', 'only install it, and leave it up'],
    ['cc-ci test . --watch', 'edit the recipe, and see after each save what it does'],
    ['cc-ci test https://git.example.org/wiki --ref fix', 'a branch of a repository elsewhere'],
    ['cc-ci test . --json > results.json', 'for a program to read'],
  ]);
}

/** The options that say what a run is to do; `cc-ci plan` takes the same. */
export function addRunOptions(command: Command): Command {
  return addSuppliedOptions(command)
    .argument('<path-or-url>', 'a recipe repository: a directory, or a URL that git can fetch')
    .option('--ref <ref>', 'commit, tag or branch to test (default: what is checked out, or the default branch)')
    .option('--base <version-or-ref>', 'what to upgrade from (default: the newest release older than the head)')
    .option('--tiers <list>', `comma-separated, of ${TIERS.join(', ')}; what a tier needs is added`)
    .option('--domain <name>', 'domain of the app (default: a short one of the run’s own)')
    .option('--worktree', 'test the work tree as it is, uncommitted changes included; the version is labelled +U')
    .option('--deadline <seconds>', 'hard bound for the whole run', '3600');
}

/** What a person may supply to an app: values for its env, and secrets, these only by file. */
export function addSuppliedOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--env <KEY=VALUE>', 'a value for the app’s env; may be given several times')
        .argParser(collectPair)
        .default({}),
    )
    .addOption(
      new Option('--secret <NAME=@FILE>', 'a secret’s value from a file, instead of a generated one')
        .argParser(collectPair)
        .default({}),
    );
}

/** Turns arguments into a request; what makes no sense is a usage error that names the option. */
export async function readRequest(source: string, flags: TestFlags): Promise<RunRequest> {
  requireSource(source);
  const deadlineSeconds = Number(flags.deadline);
  if (!Number.isInteger(deadlineSeconds) || deadlineSeconds < 1)
    throw usage('--deadline', `${flags.deadline} is not a number of seconds`);
  const tiers = flags.tiers === undefined ? [...TIERS] : flags.tiers.split(',').map((name) => readTier(name.trim()));
  if (flags.base !== undefined && !tiers.includes('upgrade'))
    throw usage('--base', 'the tiers that were asked for have no upgrade, which is what a base is for');
  return {
    source,
    ref: flags.ref,
    base: flags.base,
    tiers,
    domain: flags.domain,
    env: flags.env,
    secrets: await readSecrets(flags.secret),
    worktree: flags.worktree === true,
    keep: flags.keep === true,
    deadlineSeconds,
    approval: readApproval(flags),
  };
}

function readApproval({ requireApproval, approved, trusted }: TestFlags): RunRequest['approval'] {
  if (requireApproval === true) {
    // A branch could have moved since it was approved.
    if (approved === undefined || /^[0-9a-f]{40}$/.test(approved)) return { approved, trusted };
    throw usage('--approved', `${approved} is no full commit id`);
  }
  const alone = approved === undefined ? (trusted === undefined ? undefined : '--trusted') : '--approved';
  if (alone === undefined) return undefined;
  throw usage(alone, 'it goes with --require-approval, without which nothing needs an approval');
}

/** A session watches a work tree, and its app goes when it ends. */
function refuseUnwatchable(source: string, flags: TestFlags): void {
  if (isRemote(source))
    throw usage('--watch', 'only a directory can be watched, as it is the work tree that is edited');
  if (flags.ref !== undefined) throw usage('--watch', 'the work tree is watched, so it goes without --ref');
  if (flags.keep === true) throw usage('--watch', 'the app is up as long as the session, so it goes without --keep');
}

/** Reads the files that `--secret` names; a last newline is no part of a value. */
export async function readSecrets(given: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const secrets: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!value.startsWith('@'))
      throw usage(
        '--secret',
        `${name} has to name a file, as in ${name}=@path: a value on the command line can be read by every process`,
      );
    secrets[name] = (
      await readFile(value.slice(1), 'utf8').catch((error: unknown) => {
        throw usage('--secret', error instanceof Error ? error.message : String(error));
      })
    ).replace(/\n$/, '');
  }
  return secrets;
}

/** Milliseconds of `90s`, `10m` or `0`. */
function readDuration(option: string, text: string): number {
  const nanoseconds = parseDuration(text);
  if (nanoseconds === undefined || nanoseconds < 0n)
    throw usage(option, `${text} is not a duration; expected something like 90s, 10m or 0`);
  return Number(nanoseconds / 1_000_000n);
}

function readTier(name: string): Tier {
  const parsed = Tier.safeParse(name);
  if (parsed.success) return parsed.data;
  throw usage('--tiers', `${JSON.stringify(name)} is not a tier; there are ${TIERS.join(', ')}`);
}

function readRunId(id: string | undefined): string | undefined {
  if (id === undefined || isRunId(id)) return id;
  throw usage('--run-id', `${JSON.stringify(id)} is no id of a run; one looks like 20261123-191500-3f9a1c`);
}

function collectPair(text: string, before: unknown): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw usage(text, 'expected NAME=VALUE');
  return { ...(before as Record<string, string>), [text.slice(0, at)]: text.slice(at + 1) };
}

function usage(option: string, message: string): CodedError {
  return new CodedError({ code: 'E_USAGE', message: `${option}: ${message}`, fault: 'usage' });
}
