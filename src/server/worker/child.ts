import { spawn } from 'node:child_process';
import { dieWithUs } from '../../base/die-with-us.ts';
import { type Argv, endGroup } from '../../base/process.ts';

/** How a run's process ended. */
export interface ChildEnd {
  /** Undefined when a signal ended it or it could not be started. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  /** The end of what it wrote on standard error. */
  readonly lastWords: string;
  /** It was killed, by us or somebody else, and could not tear down: what it made may still be there. */
  readonly killed: boolean;
}

export interface Child {
  readonly ended: Promise<ChildEnd>;
  /** Asks it to tear down and end, and kills it when that takes longer. */
  terminate(graceMs: number): void;
  /** Kills it with all that it started: nothing is asked that it could be too busy to hear. */
  readonly kill: () => void;
}

const MOST_STDOUT = 32 * 1024 * 1024;
const LAST_WORDS = 16 * 1024;

/** What tears down after us has no longer than this. */
const LAST_SECONDS = 180;
/** What was killed is gone within milliseconds. */
const DYING_MS = 2000;

/**
 * Starts a run as a process of its own, in a group of its own: what goes wrong there ends neither the worker nor other runs.
 * When the worker dies, in whatever way, the kernel asks the run to end (SIGTERM), and it tears down, or is killed.
 */
export function startChild(argv: Argv, env: Readonly<Record<string, string>>): Child {
  const last = { signal: 'TERM', killAfterSeconds: LAST_SECONDS } as const;
  const [file, ...args] = dieWithUs(argv, { path: env['PATH'], cwd: process.cwd(), ...last });
  // A group of its own can be ended as a whole; Ctrl-C at a terminal is for us, who ask the run to end.
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
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
    child.once('exit', (_code, signal) => {
      killed ||= signal === 'SIGKILL';
    });
    child.once('close', (code) => end(code ?? undefined));
  });
  const kill = () => {
    if (child.pid === undefined) return;
    killed = true;
    endGroup(child.pid);
    // The pipes are closed by the end of the last of the group, so that its locks are free when we go on. Somebody outside of
    // the group who holds them open would be waited for without end.
    timer = setTimeout(() => {
      child.stdout.destroy();
      child.stderr.destroy();
    }, DYING_MS);
  };
  return {
    ended,
    kill() {
      clearTimeout(timer);
      kill();
    },
    terminate(graceMs) {
      if (timer !== undefined) return;
      child.kill('SIGTERM');
      timer = setTimeout(kill, graceMs);
    },
  };
}
