import { spawn } from 'node:child_process';
import { dieWithUs } from '../../base/die-with-us.ts';
import type { Argv } from '../../base/process.ts';

/** How a run's process ended. */
export interface ChildEnd {
  /** Undefined when a signal ended it or it could not be started. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  /** The end of what it wrote on standard error. */
  readonly lastWords: string;
  /** It did not end in time when it was asked to: what it made may still be there. */
  readonly killed: boolean;
}

export interface Child {
  readonly ended: Promise<ChildEnd>;
  /** Asks it to tear down and end, and kills it when that takes longer. */
  terminate(graceMs: number): void;
}

const MOST_STDOUT = 32 * 1024 * 1024;
const LAST_WORDS = 16 * 1024;

/**
 * Starts a run as a process of its own: what goes wrong there ends neither the worker nor other runs. When the worker dies,
 * in whatever way, the kernel asks the run to end (SIGTERM), and it tears down.
 */
export function startChild(argv: Argv, env: Readonly<Record<string, string>>): Child {
  const [file, ...args] = dieWithUs(argv, { path: env['PATH'], cwd: process.cwd(), signal: 'TERM' });
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let lastWords = '';
  let killed = false;
  let timer: NodeJS.Timeout | undefined;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    if (stdout.length < MOST_STDOUT) stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    lastWords = (lastWords + chunk).slice(-LAST_WORDS);
  });
  const ended = new Promise<ChildEnd>((resolve) => {
    const end = (exitCode: number | undefined) => {
      clearTimeout(timer);
      resolve({ exitCode, stdout, lastWords, killed });
    };
    child.once('error', (error) => {
      lastWords += error.message;
      if (child.pid === undefined) end(undefined);
    });
    child.once('close', (code) => end(code ?? undefined));
  });
  return {
    ended,
    terminate(graceMs) {
      if (timer !== undefined) return;
      child.kill('SIGTERM');
      timer = setTimeout(() => {
        killed = true;
        child.kill('SIGKILL');
        // A descendant that holds the pipes open would be waited for without end.
        child.stdout.destroy();
        child.stderr.destroy();
      }, graceMs);
    },
  };
}
