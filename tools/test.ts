import { spawn } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, formatError } from '../src/base/errors.ts';
import { runProcess } from '../src/base/process.ts';
import { countOf } from '../src/base/text.ts';
import { type StatePaths, statePaths } from '../src/config/paths.ts';
import { findProgram } from '../src/host/setup/file-facts.ts';
import { setUp } from '../src/host/setup/setup.ts';
import { openShards, type Shards } from '../test/engine/support/shards.ts';
import { drawSeed } from '../test/support/draw.ts';
import { PROJECTS, type Project } from '../test/support/set-up/steps.ts';
import { openKeeper } from './suite/keeper.ts';
import { type Lane, type LaneEnd, listFiles, runLane } from './suite/lane.ts';
import { busyMs, machineRoom, watchMemory } from './suite/machine-load.ts';
import { readOptions, type SuiteOptions } from './suite/options.ts';
import { prepareTests } from './suite/prepare.ts';
import { shardCount } from './suite/shard-count.ts';
import { type Span, summaryLines } from './suite/summary.ts';

/**
 * `npm test`: set-up, the static checks, then the tests: those of `unit` and `service` in one process, beside it those of `engine`,
 * on Engines of their own. `npm test -- --help` says what a part of it is. The last line is `N passed, N failed`.
 */

/** A daemon may lie where not everybody's path leads. */
const SYSTEM_PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** Runs something and adds how long it took to the account. */
type Clock = <T>(what: string, work: () => Promise<T>) => Promise<T>;

async function runChecks(): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'check.ts')], { stdio: 'inherit' });
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}

/** The test files that are asked for, counted by project. */
async function chooseFiles({ args, projects, since }: SuiteOptions): Promise<ReadonlyMap<Project, number>> {
  if (since !== undefined) await refuseNoCommit(since);
  const files = await listFiles([...args, ...projects.map((project) => `--project=${project}`)]);
  return new Map(
    PROJECTS.flatMap((project) => {
      const count = files.filter((one) => one.project === project).length;
      return count === 0 ? [] : [[project, count] as const];
    }),
  );
}

/** A file that is named behind `--changed` would be taken for its commit. */
async function refuseNoCommit(name: string): Promise<void> {
  const git = await runProcess(['git', 'rev-parse', '--verify', '--quiet', `${name}^{commit}`], {
    cwd: import.meta.dirname,
  });
  if (git.exitCode === 0) return;
  throw new CodedError({
    code: 'E_USAGE',
    message: `--changed ${name}: there is no such commit`,
    fault: 'usage',
    hint: 'name files before --changed',
  });
}

function tellWhatRuns(options: SuiteOptions): void {
  const corpus = process.env['CC_CI_CORPUS'] ?? '';
  const forge = process.env['CC_CI_FORGE_URL'] ?? '';
  const parts = [
    options.full ? 'exhaustive suites in full' : 'exhaustive suites as a drawn sample (npm run test:full runs all)',
    corpus === ''
      ? 'CC_CI_CORPUS is not set: *.corpus.*, which read recorded recipes and answers, are not collected'
      : `corpus in ${corpus}`,
    forge === ''
      ? 'CC_CI_FORGE_URL is not set: *.forge.*, which ask a running Gitea or Forgejo, are not collected'
      : `the forge at ${forge}`,
  ];
  say(parts.join('; '));
}

async function runSuite(options: SuiteOptions): Promise<boolean> {
  const [started, busyBefore] = [performance.now(), busyMs()];
  using memory = watchMemory();
  const spans: Span[] = [];
  const clock: Clock = async (what, work) => {
    const begun = performance.now();
    const value = await work();
    spans.push({ what, ms: performance.now() - begun });
    return value;
  };
  const seed = options.seed ?? drawSeed();
  const users = statePaths();
  await using keeper = await openKeeper();
  const notes = { drawn: join(keeper.scratch, 'drawn'), usage: join(keeper.scratch, 'usage') };
  const chosen = await chooseFiles(options);
  if (chosen.size === 0) {
    say('no test file matches');
    say('0 passed, 0 failed');
    return options.args.some((argument) => argument.startsWith('--changed'));
  }
  // Before the call has a directory of its own: an Engine that is started here outlives the call.
  await clock('set-up', () => prepareTests([...chosen.keys()]));
  enter(keeper.scratch, notes, { seed, full: options.full });

  const count = options.shards ?? shardCount({ ...machineRoom(), files: chosen.get('engine') ?? 0 });
  // Neither needs the other, and only one of them the processor.
  const [checked, shards] = await Promise.all([
    options.checks ? clock('static checks', runChecks) : true,
    chosen.has('engine') ? openEngines(count, users, clock) : undefined,
  ]);
  await using _shards = shards;
  if (!checked) say('static checks failed; they are above the tests');
  tellWhatRuns(options);
  const signal = heedSignals();
  const ends = await Promise.all(lanesOf(options.args, chosen, shards).map((lane) => runLane(lane, signal)));
  for (const { lane, ms } of ends) spans.push({ what: lane.projects.join(' and '), ms });

  if (options.outcomes !== undefined) {
    const tests = ends.flatMap(({ outcome }) => outcome.tests.map(({ name, status }) => ({ name, status })));
    await writeFile(options.outcomes, JSON.stringify(tests));
  }
  const engine = ends.find(({ lane }) => lane.projects.includes('engine'));
  const lines = summaryLines({
    outcomes: ends.map(({ outcome }) => outcome),
    spans,
    wholeMs: performance.now() - started,
    engine: engine && {
      shards: shards?.places.length ?? 1,
      filesMs: engine.outcome.files.reduce((sum, { ms }) => sum + ms, 0),
      processorMs: (await readLines(notes.usage)).reduce((sum, text) => sum + Number(text) * 1000, 0),
    },
    processor: { cores: machineRoom().cores, busyMs: busyMs() - busyBefore },
    memoryBytes: memory.mostBytes(),
    seed,
    drawn: (await readLines(notes.drawn)).toSorted(),
  });
  for (const line of lines) say(line);
  return tellCounts(ends, signal, options) && checked;
}

/** Everything that is started from here on belongs to this call, and keeps its files and its state below the call's directory. */
function enter(
  scratch: string,
  notes: { readonly drawn: string; readonly usage: string },
  { seed, full }: { readonly seed: number; readonly full: boolean },
): void {
  Object.assign(process.env, {
    TMPDIR: scratch,
    CC_CI_TEST_SCRATCH: scratch,
    CC_CI_STATE: join(scratch, 'state'),
    CC_CI_HOST_LOCKS: join(scratch, 'host-locks'),
    CC_CI_SEED: String(seed),
    CC_CI_TEST_DRAWN: notes.drawn,
    CC_CI_TEST_USAGE: notes.usage,
    ...(full ? { CC_CI_FULL: '1' } : {}),
  });
}

/** `unit` and `service` want the processor, `engine` mostly waits: a lane for the two, and one beside it. */
function lanesOf(args: readonly string[], chosen: ReadonlyMap<Project, number>, shards: Shards | undefined): Lane[] {
  const quick = [...chosen.keys()].filter((project) => project !== 'engine');
  const places = shards === undefined ? {} : { CC_CI_TEST_SHARDS: JSON.stringify(shards.places) };
  return [
    ...(quick.length === 0 ? [] : [{ projects: quick, env: {}, args }]),
    ...(chosen.has('engine') ? [{ projects: ['engine' as const], env: places, args }] : []),
  ];
}

/** Engines for the files of `engine`; undefined where only root could open them, and the one of this host is made ready instead. */
async function openEngines(count: number, users: StatePaths, clock: Clock): Promise<Shards | undefined> {
  const [dockerd, unshare] = await Promise.all([findProgram('dockerd', SYSTEM_PATH), findProgram('unshare')]);
  const able = process.getuid?.() === 0 && dockerd !== undefined && unshare !== undefined;
  if (able) return clock(countOf(count, 'shard'), () => openShards(count));
  say(
    'to start Engines takes root, dockerd and unshare: the tests share the one of this host, one file after the other',
  );
  await setUp({ paths: users });
  // What the router of this host presents.
  const { state, tls } = statePaths();
  await mkdir(state, { recursive: true });
  await symlink(users.tls, tls);
  return undefined;
}

/** From here on a signal ends the tests in order, and a second one ends us at once; the keeper does the rest. */
function heedSignals(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => (stop.signal.aborted ? process.exit(130) : stop.abort(name)));
  }
  return stop.signal;
}

function tellCounts(ends: readonly LaneEnd[], signal: AbortSignal, { named }: SuiteOptions): boolean {
  const sum = (of: 'passed' | 'failed' | 'notRun') => ends.reduce((all, { outcome }) => all + outcome[of], 0);
  // Where only tests of some name are asked for, the others are none that was left out.
  const [passed, notRun] = [sum('passed'), named ? 0 : sum('notRun')];
  const failed = Math.max(sum('failed'), signal.aborted ? 1 : 0);
  if (signal.aborted) say('interrupted: not every test was run');
  if (notRun > 0) say(`${countOf(notRun, 'test')} collected and not run`);
  say(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 && notRun === 0;
}

async function readLines(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean);
}

const options = readOptions(process.argv.slice(2));
try {
  process.exitCode = (await runSuite(options)) ? 0 : 1;
} catch (error: unknown) {
  process.stderr.write(`${formatError(error)}\n`);
  say('0 passed, 1 failed');
  process.exitCode = 3;
}
