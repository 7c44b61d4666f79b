import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess } from '../../src/base/process.ts';
import type { Mutation, TestName } from './case.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What the tests of a room may read. */
const COPIED = [
  'src',
  'test',
  'kit',
  'tools',
  'docs',
  'schema',
  'examples',
  'recipes',
  'package.json',
  'tsconfig.json',
];

/** Upper bound for one test file, a loaded machine included. */
const TEST_MS = 120_000;

/** A copy of the repository in which guards can be switched off. */
export interface MutationBench extends AsyncDisposable {
  /** Runs a test as things are; whether it ran, and passed. */
  run(test: TestName): Promise<TestOutcome>;
  /** Switches a guard off, runs its test, and switches the guard on again. Throws where the guard's text is not found once. */
  tryOut(mutation: Mutation): Promise<TestOutcome>;
}

export type TestOutcome = 'passed' | 'failed' | 'not run';

/** Copies the repository to a directory of its own; the packages are shared with it. */
export async function openMutationBench(): Promise<MutationBench> {
  const root = await mkdtemp(join(tmpdir(), 'cc-ci-mutations-'));
  const dispose = () => rm(root, { recursive: true, force: true });
  try {
    await Promise.all(
      [...COPIED, 'vitest.config.ts'].map((name) => cp(join(ROOT, name), join(root, name), { recursive: true })),
    );
    await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  } catch (error: unknown) {
    await dispose();
    throw error;
  }
  const run = (test: TestName) => runTest(root, test);
  return {
    run,
    async tryOut(mutation) {
      const file = join(root, mutation.file);
      const text = await readFile(file, 'utf8');
      await writeFile(file, switchOff(mutation, text));
      try {
        return await run(mutation.test);
      } finally {
        await writeFile(file, text);
      }
    },
    [Symbol.asyncDispose]: dispose,
  };
}

/** The file's text with the guard off. A guard that is not there once is an error: it was moved, and its test may be blind. */
export function switchOff({ file, guard, off }: Mutation, text: string): string {
  const parts = text.split(guard);
  if (parts.length !== 2) throw new Error(`${file}: the guard stands there ${parts.length - 1} times: ${guard.trim()}`);
  return parts.join(off);
}

async function runTest(root: string, { file, name }: TestName): Promise<TestOutcome> {
  const report = join(root, 'report.json');
  await rm(report, { force: true });
  const pattern = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const vitest = join(root, 'node_modules/.bin/vitest');
  await runProcess(
    [vitest, 'run', '--project', 'unit', '--reporter=json', `--outputFile=${report}`, file, '-t', pattern],
    { cwd: root, timeoutMs: TEST_MS },
  );
  const text = await readFile(report, 'utf8').catch(() => '{}');
  const counts = JSON.parse(text) as { readonly numPassedTests?: number; readonly numFailedTests?: number };
  if ((counts.numFailedTests ?? 0) > 0) return 'failed';
  return (counts.numPassedTests ?? 0) > 0 ? 'passed' : 'not run';
}
