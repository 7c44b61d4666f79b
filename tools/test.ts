import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatError } from '../src/base/errors.ts';
import { formatReport } from '../src/cli/setup.ts';
import { statePaths } from '../src/config/paths.ts';
import { findOracleCli } from '../src/host/setup/oracle-cli.ts';
import { setUp } from '../src/host/setup/setup.ts';
import { summarise } from './test-summary.ts';

/**
 * `npm test`: set-up, the static checks, then every test. `--full` runs the exhaustive suites in full instead of a seeded
 * sample; other arguments go to vitest. The last line is `N passed, N failed`.
 */

const root = join(import.meta.dirname, '..');

function run(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
    child.on('error', (error) => {
      process.stderr.write(`${file}: ${error.message}\n`);
      resolve(1);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}

async function prepare(): Promise<void> {
  await setUp({
    forTests: true,
    say: (line) => process.stderr.write(`  … ${line}\n`),
    onReport: (report) => process.stderr.write(`${formatReport(report)}\n`),
  });
}

function tellWhatRuns(full: boolean): void {
  const corpus = process.env['CC_CI_CORPUS'] ?? '';
  const suites = full
    ? 'exhaustive suites in full'
    : 'exhaustive suites as a seeded sample (npm run test:full runs all)';
  const replays =
    corpus === ''
      ? 'CC_CI_CORPUS is not set: *.corpus.test.ts, which read recorded recipes and answers, are not collected'
      : `corpus in ${corpus}`;
  const forge = process.env['CC_CI_FORGE_URL'] ?? '';
  const real =
    forge === ''
      ? 'CC_CI_FORGE_URL is not set: *.forge.test.ts, which ask a running Gitea or Forgejo, are not collected'
      : `the forge at ${forge}`;
  process.stdout.write(`${suites}; ${replays}; ${real}\n`);
}

async function runTests(full: boolean, args: readonly string[]): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'cc-ci-test-'));
  const report = join(directory, 'report.json');
  try {
    const oracle = await findOracleCli(statePaths());
    const code = await run(
      join(root, 'node_modules/.bin/vitest'),
      ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args],
      { ...(full ? { CC_CI_FULL: '1' } : {}), ...(oracle === undefined ? {} : { CC_CI_DOCKER: oracle }) },
    );
    const { passed, failed, notRun } = summarise(await readFile(report, 'utf8'));
    if (notRun > 0) process.stdout.write(`${notRun} tests were collected and not run\n`);
    // An error outside of any test ends vitest with 1 and is in none of its counts.
    const shown = code !== 0 && failed === 0 ? 1 : failed;
    process.stdout.write(`${passed} passed, ${shown} failed\n`);
    return shown === 0 && passed > 0 && notRun === 0;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const args = process.argv.slice(2);
const full = args.includes('--full');
try {
  await prepare();
  const checked = (await run(process.execPath, [join(root, 'tools/check.ts')])) === 0;
  if (!checked) process.stdout.write('static checks failed; they are above the tests\n');
  tellWhatRuns(full);
  const tested = await runTests(
    full,
    args.filter((argument) => argument !== '--full'),
  );
  process.exitCode = checked && tested ? 0 : 1;
} catch (error: unknown) {
  process.stderr.write(`${formatError(error)}\n`);
  process.stdout.write('0 passed, 1 failed\n');
  process.exitCode = 3;
}
