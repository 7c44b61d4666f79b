import { spawn } from 'node:child_process';
import { access, constants, realpath } from 'node:fs/promises';
import { basename, delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { CodedError } from '../base/errors.ts';
import { ownModule, packageFolder } from '../base/own-files.ts';
import { type Argv, endGroup } from '../base/process.ts';
import { bwrapArgv, FILTER_FD } from './sandbox-argv.ts';
import { seccompProgram } from './seccomp.ts';

/** How a sandbox ended. */
export interface SandboxEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The last 16 KiB. */
  readonly stderr: string;
  /** Set when it wrote more lines than it may; it was ended then. */
  readonly tooMuchOutput: boolean;
}

/** A running sandbox: orders go in as lines, records come out as lines. Disposal ends it with everything inside. */
export interface Sandbox extends AsyncDisposable {
  /** Of its first process; undefined when it could not be started. */
  readonly pid: number | undefined;
  readonly lines: AsyncIterable<string>;
  readonly ended: Promise<SandboxEnd>;
  send(order: unknown): void;
  kill(): void;
}

/** Starts a sandbox from a full argument vector; the seam at which a test can weaken one on purpose. */
export type Launch = (argv: Argv) => Sandbox;

const MAX_OUTPUT = 64 * 1024 * 1024;
const MIB = 1024 * 1024;

/**
 * Throws `E_SANDBOX_MISSING` when a program that the sandbox is made of is not installed. There is no falling back to running
 * unprotected.
 */
export async function requireSandbox(): Promise<void> {
  for (const program of ['bwrap', 'setpriv', 'prlimit', 'choom', 'openssl']) await requireProgram(program);
}

/** The argument vector for `node <kit script>` in a sandbox over a staged directory. */
export async function sandboxArgv(staging: string, script: string, cpuSeconds: number): Promise<Argv> {
  const asRoot = process.getuid?.() === 0;
  const nodeBinary = await realpath(process.execPath);
  const playwrightDir = packageFolder('playwright-core');
  const spec = {
    asRoot,
    staging,
    nodeBinary,
    playwrightDir,
    outBytes: 64 * MIB,
    scratchBytes: 512 * MIB,
    cpuSeconds,
  };
  return bwrapArgv(spec, [
    '/cc-ci/bin/node',
    '--disable-warning=ExperimentalWarning',
    // It starts tests or a browser and hands on what they say: a young generation of 1 MiB instead of 16 is enough.
    '--max-semi-space-size=1',
    `/cc-ci/kit/${basename(ownModule(`kit/${script}`))}`,
  ]);
}

/** Starts a process that speaks lines and dies with us. */
export function launchSandbox(argv: Argv): Sandbox {
  const program = seccompProgram(process.arch);
  const [file, ...args] = argv;
  const child = spawn(file, args, {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    cwd: '/',
    env: { PATH: process.env['PATH'] },
    // A group of its own can be ended as a whole: see below.
    detached: true,
  });
  let stderr = '';
  let bytes = 0;
  let tooMuchOutput = false;
  const kill = () => {
    child.kill('SIGKILL');
  };
  child.once('exit', (_code, signal) => {
    if (signal === null || child.pid === undefined) return;
    // Ended in the moment between making its child and letting it go on, bwrap leaves one that waits for ever and holds our pipes.
    endGroup(child.pid);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-16 * 1024);
  });
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_OUTPUT) return;
    tooMuchOutput = true;
    kill();
  });
  // Writing to a sandbox that has just ended is no event of its own: its end says more.
  child.stdin.on('error', () => undefined);
  const filter = child.stdio[FILTER_FD] as Writable;
  filter.on('error', () => undefined);
  filter.end(program);
  const ended = new Promise<SandboxEnd>((resolve) => {
    child.once('error', (error) => resolve({ exitCode: null, signal: null, stderr: error.message, tooMuchOutput }));
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, stderr, tooMuchOutput }));
  });
  return {
    pid: child.pid,
    lines: createInterface({ input: child.stdout, crlfDelay: Infinity }),
    ended,
    send: (order) => child.stdin.write(`${JSON.stringify(order)}\n`),
    kill,
    async [Symbol.asyncDispose]() {
      kill();
      await ended;
    },
  };
}

async function requireProgram(name: string): Promise<void> {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const found = await access(join(directory, name), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return;
  }
  throw new CodedError({
    code: 'E_SANDBOX_MISSING',
    message: `${name} is not installed; a recipe's tests never run without the sandbox`,
    fault: 'infrastructure',
    hint: 'install the packages bubblewrap, util-linux and openssl',
  });
}
