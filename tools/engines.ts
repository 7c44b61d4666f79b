import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { formatError } from '../src/base/errors.ts';
import { connectEngine } from '../src/swarm/engine.ts';
import { openSecondEngine } from '../test/engine/support/second-engine.ts';
import { testHome } from '../test/support/home.ts';
import { newerEngineUsr } from '../test/support/set-up/newer-engine.ts';
import { prepareTests } from './suite/prepare.ts';
import { countByFile } from './suite/report.ts';

/**
 * `npm run engines`: the Engine suite against the Engine of this host and against Debian 13's, each as a second daemon with
 * data and network of its own; then the counts side by side. Arguments go to vitest: `npm run engines -- swarm-causes`.
 */

const root = join(import.meta.dirname, '..');

interface Outcome {
  readonly version: string;
  readonly counts: ReturnType<typeof countByFile>;
}

async function runSuite(usr: string | undefined, args: readonly string[]): Promise<Outcome> {
  await using engine = await openSecondEngine({ usr });
  const connection = await connectEngine(engine.socket);
  const version = `${connection.version.Version} (API ${connection.apiVersion})`;
  connection.close();
  process.stdout.write(`\nDocker Engine ${version}\n`);
  const directory = await mkdtemp(join(tmpdir(), 'cc-ci-engines-'));
  try {
    const report = join(directory, 'report.json');
    const vitest = [process.execPath, join(root, 'node_modules/.bin/vitest'), 'run', '--project', 'engine'];
    // That one opens both Engines by itself.
    const options = ['--exclude', '**/engine-versions.test.ts', '--reporter=default', '--reporter=json'];
    const [file, ...rest] = [...engine.enter, ...vitest, ...options, `--outputFile.json=${report}`, ...args];
    await new Promise<void>((resolve, reject) => {
      const child = spawn(file ?? '', rest, { cwd: root, stdio: 'inherit', env: { ...process.env, ...engine.env } });
      child.once('error', reject);
      child.once('close', () => resolve());
    });
    return { version, counts: countByFile(await readFile(report, 'utf8')) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function table(outcomes: readonly Outcome[]): string {
  const files = [...new Set(outcomes.flatMap(({ counts }) => [...counts.keys()]))].toSorted();
  const cell = (passed: number, failed: number) => `${passed} passed, ${failed} failed`.padEnd(26);
  const lines = files.map((file) => {
    const cells = outcomes.map(({ counts }) => {
      const count = counts.get(file);
      return count === undefined ? 'not run'.padEnd(26) : cell(count.passed, count.failed);
    });
    return `${basename(file).padEnd(32)} ${cells.join(' ')}`;
  });
  const sums = outcomes.map(({ counts }) => {
    const all = [...counts.values()];
    return cell(
      all.reduce((sum, { passed }) => sum + passed, 0),
      all.reduce((sum, { failed }) => sum + failed, 0),
    );
  });
  const head = `${'Docker Engine'.padEnd(32)} ${outcomes.map(({ version }) => version.padEnd(26)).join(' ')}`;
  return [head, ...lines, `${'all'.padEnd(32)} ${sums.join(' ')}`].join('\n');
}

try {
  await prepareTests(['engine']);
  const outcomes: Outcome[] = [];
  for (const usr of [undefined, newerEngineUsr(testHome())]) {
    outcomes.push(await runSuite(usr, process.argv.slice(2)));
  }
  process.stdout.write(`\n${table(outcomes)}\n`);
  const good = outcomes.every(
    ({ counts }) => counts.size > 0 && [...counts.values()].every(({ failed }) => failed === 0),
  );
  process.exitCode = good ? 0 : 1;
} catch (error: unknown) {
  process.stderr.write(`${formatError(error)}\n`);
  process.exitCode = 3;
}
