import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Project } from '../../test/support/set-up/steps.ts';
import { type Outcome, readOutcome } from './report.ts';

const ROOT = join(import.meta.dirname, '../..');
const VITEST = join(ROOT, 'node_modules/.bin/vitest');

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
  const report = join(await mkdtemp(join(process.env['TMPDIR'] ?? '/tmp', 'report-')), 'report.json');
  const projects = lane.projects.map((project) => `--project=${project}`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const child = spawn(VITEST, ['run', ...projects, ...reporters, ...lane.args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...colours(), ...lane.env, CC_CI_TEST_LANE: lane.projects.join('-') },
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
    (text) => readOutcome(text, ROOT),
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

/** The test files that filters and options choose, by project. */
export async function listFiles(
  args: readonly string[],
): Promise<readonly { readonly file: string; readonly project: Project }[]> {
  const child = spawn(VITEST, ['list', ...args, '--filesOnly', '--json'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) text += chunk;
  const start = text.indexOf('[');
  const list = start < 0 ? [] : (JSON.parse(text.slice(start)) as { file: string; projectName: Project }[]);
  return list.map(({ file, projectName }) => ({ file, project: projectName }));
}
