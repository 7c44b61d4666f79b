import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { mustRun } from '../../src/base/process.ts';
import type { Project } from '../../test/support/set-up/steps.ts';
import { type Outcome, readOutcome } from './report.ts';

const ROOT = join(import.meta.dirname, '../..');
const VITEST = join(ROOT, 'node_modules/.bin/vitest');
const TIMES = join(import.meta.dirname, 'times-reporter.ts');

/** Some projects that one vitest runs; several lanes run side by side. */
export interface Lane {
  readonly projects: readonly Project[];
  readonly env: Readonly<Record<string, string>>;
  /** File filters and options for vitest. */
  readonly args: readonly string[];
}

export interface LaneEnd {
  readonly lane: Lane;
  readonly outcome: Outcome;
  readonly ms: number;
}

const NOTHING: Outcome = { passed: 0, failed: 0, notRun: 0, files: [], tests: [] };

/** Runs a lane to its end. Lines come out whole, so that lanes do not mix within one. A signal is passed on. */
export async function runLane(lane: Lane, signal: AbortSignal): Promise<LaneEnd> {
  if (signal.aborted) return { lane, outcome: NOTHING, ms: 0 };
  const started = performance.now();
  const directory = await mkdtemp(join(tmpdir(), 'report-'));
  const [report, times] = [join(directory, 'report.json'), join(directory, 'times')];
  const projects = lane.projects.map((project) => `--project=${project}`);
  const reporters = ['default', 'json', TIMES].map((reporter) => `--reporter=${reporter}`);
  const child = spawn(VITEST, ['run', ...projects, ...reporters, `--outputFile.json=${report}`, ...lane.args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...colours(),
      ...lane.env,
      CC_CI_TEST_LANE: lane.projects.join('-'),
      CC_CI_TEST_TIMES: times,
    },
  });
  passOn(child);
  const stop = () => void child.kill(signal.reason === 'SIGTERM' ? 'SIGTERM' : 'SIGINT');
  signal.addEventListener('abort', stop);
  const code = await new Promise<number>((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(`${VITEST}: ${error.message}\n`);
      resolve(1);
    });
    child.once('close', (exitCode) => resolve(exitCode ?? 1));
  });
  signal.removeEventListener('abort', stop);
  const outcome = await readFile(report, 'utf8').then(
    async (text) => readOutcome(text, await readFile(times, 'utf8').catch(() => ''), ROOT),
    () => ({ ...NOTHING, failed: 1 }),
  );
  // An error outside of any test ends vitest with 1 and is in none of its counts.
  const failed = code !== 0 && outcome.failed === 0 ? 1 : outcome.failed;
  return { lane, outcome: { ...outcome, failed }, ms: performance.now() - started };
}

function passOn(child: ChildProcess): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', (line) => process.stdout.write(`${line}\n`));
  }
}

function colours(): Record<string, string> {
  return process.stdout.isTTY && process.env['NO_COLOR'] === undefined ? { FORCE_COLOR: '1' } : {};
}

/** The test files that filters and options choose, by project. Fails where vitest cannot tell. */
export async function listFiles(
  args: readonly string[],
): Promise<readonly { readonly file: string; readonly project: Project }[]> {
  const list = join(await mkdtemp(join(tmpdir(), 'cc-ci-list-')), 'files.json');
  await mustRun([VITEST, 'list', ...args, '--filesOnly', `--json=${list}`], { cwd: ROOT, timeoutMs: 300_000 });
  const text = await readFile(list, 'utf8');
  await rm(dirname(list), { recursive: true });
  const files = JSON.parse(text) as readonly { readonly file: string; readonly projectName: Project }[];
  return files.map(({ file, projectName }) => ({ file, project: projectName }));
}
