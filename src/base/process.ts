import { execa } from 'execa';
import { dieWithUs } from './die-with-us.ts';
import { CodedError } from './errors.ts';

/** An argument vector: the program and its arguments. Never a shell string, never a secret inside (design, law 8). */
export type Argv = readonly [string, ...string[]];

export interface ProcessOptions {
  readonly cwd?: string | undefined;
  /** Added to the environment of this process, or the whole of it with `cleanEnv`. Secrets may travel here or by `input`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly cleanEnv?: boolean | undefined;
  readonly input?: string | Uint8Array | undefined;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * Gives the program a process group that is killed with it at time-out or abort. For `bwrap`: ended in the moment between
   * making its child and letting it go on, it leaves a child that waits for ever.
   */
  readonly group?: boolean | undefined;
  /** Bytes kept of each stream; what comes later is dropped. */
  readonly maxBytes?: number | undefined;
}

/** How a process ended: success and failure are the same record. */
export interface ProcessResult {
  readonly argv: Argv;
  /** Undefined when a signal ended it or it could not be started. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly cancelled: boolean;
  /** Why it could not be started, e.g. `spawn restic ENOENT`. */
  readonly startError: string | undefined;
  readonly ms: number;
}

/**
 * Runs a program to its end and reports how it ended; throws only on a defect. SIGTERM, then SIGKILL after 2 s, at time-out or
 * abort; SIGKILL when this process ends before it.
 */
export async function runProcess(argv: Argv, options: ProcessOptions = {}): Promise<ProcessResult> {
  const started = performance.now();
  const path = options.env?.['PATH'] ?? (options.cleanEnv === true ? undefined : process.env['PATH']);
  const [file, ...args] = dieWithUs(argv, { path, cwd: options.cwd ?? process.cwd() });
  const child = execa(file, args, {
    // A group of its own can be ended as a whole: see below.
    detached: options.group === true,
    reject: false,
    stripFinalNewline: false,
    extendEnv: options.cleanEnv !== true,
    forceKillAfterDelay: 2000,
    maxBuffer: options.maxBytes ?? 64 * 1024 * 1024,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  // A descendant that outlives a program we ended holds its pipes open, and would be waited for without end.
  const program = child.nodeChildProcess;
  program.once('exit', () => {
    if (!program.killed) return;
    if (options.group === true && program.pid !== undefined) endGroup(program.pid);
    program.stdout?.destroy();
    program.stderr?.destroy();
  });
  const result = await child;
  return {
    argv,
    exitCode: result.exitCode,
    stdout: result.stdout ?? '',
    stderr: result.stderr ?? '',
    timedOut: result.timedOut,
    cancelled: result.isCanceled,
    startError:
      result.exitCode === undefined && result.signal === undefined && !result.timedOut && !result.isCanceled
        ? (result.originalMessage ?? 'could not be started')
        : undefined,
    ms: performance.now() - started,
  };
}

/** Kills whoever is left of a process group, by the id of its first process. */
export function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody of the group is left.
  }
}

/** Runs a program that has to succeed; a failure is `E_PROCESS` with the last lines of its standard error. */
export async function mustRun(argv: Argv, options: ProcessOptions = {}): Promise<ProcessResult> {
  const result = await runProcess(argv, options);
  if (result.exitCode === 0) return result;
  const how =
    result.startError ??
    (result.timedOut
      ? 'timed out'
      : result.cancelled
        ? 'was cancelled'
        : `ended with ${result.exitCode ?? 'a signal'}`);
  throw new CodedError({
    code: 'E_PROCESS',
    message: `${argv.slice(0, 3).join(' ')}: ${how}`,
    fault: 'infrastructure',
    evidence: `${result.stderr}\n${result.stdout}`.trim().split('\n').slice(-12),
  });
}
