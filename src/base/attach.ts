import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Argv } from './process.ts';

/**
 * Runs a program on our own terminal and returns its exit code, 128 and the signal's number when a signal ended it. While it runs,
 * Ctrl-C is for it: the terminal sends it to both. Rejects when it cannot be started.
 */
export async function attachProcess(argv: Argv, env: Readonly<Record<string, string>> = {}): Promise<number> {
  const [file, ...args] = argv;
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  try {
    const child = spawn(file, args, { stdio: 'inherit', env: { ...process.env, ...env } });
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    });
  } finally {
    process.off('SIGINT', ignore);
  }
}
