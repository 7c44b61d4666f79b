import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { formatError } from '../src/base/errors.ts';
import { formatReport } from '../src/cli/setup.ts';
import { setUp } from '../src/host/setup/setup.ts';

/** `npm run demo`: set-up, then the main job on the smallest example. Its verdict's exit code is the demo's. */

const root = join(import.meta.dirname, '..');

function runMainJob(): Promise<number> {
  process.stderr.write('\n$ ./cc-ci test examples/static-site\n');
  const child = spawn(join(root, 'cc-ci'), ['test', 'examples/static-site', ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  });
  // The run answers a signal with its teardown, and this process waits for that. Ctrl-C reaches the run by itself.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 3));
  });
}

try {
  await setUp({
    say: (line) => process.stderr.write(`  … ${line}\n`),
    onReport: (report) => process.stderr.write(`${formatReport(report)}\n`),
  });
  process.exitCode = await runMainJob();
} catch (error: unknown) {
  process.stderr.write(`${formatError(error)}\n`);
  process.exitCode = 3;
}
