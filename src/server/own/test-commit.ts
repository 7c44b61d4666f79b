import { spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { dieWithUs } from '../../base/die-with-us.ts';
import type { Masker } from '../../base/mask.ts';
import { type Argv, endGroup, mustRun } from '../../base/process.ts';
import { mustGit } from '../../recipe/git/run-git.ts';
import { oneLine } from '../../results/plain-text.ts';
import { openLogFile } from '../../swarm/log-file.ts';

export interface CommitTest {
  /** Our bare clone, which has the commit. */
  readonly gitDir: string;
  readonly sha: string;
  readonly command: readonly string[];
  /** The account that it runs as; ours unless given. */
  readonly user: string | undefined;
  readonly minutes: number;
  /** Removed before and after: nothing of an earlier commit is there. */
  readonly workDirectory: string;
  readonly logFile: string;
  /** Of what must not stand in the log. */
  readonly masker: Masker;
  readonly signal: AbortSignal;
}

/** What came of it. A status has room for one line. */
export interface CommitVerdict {
  readonly state: 'success' | 'failure' | 'error';
  readonly sentence: string;
  /** The end of its output, masked. */
  readonly lastLines: readonly string[];
}

const LOG_BYTES = 16 * 1024 * 1024;
const LAST_LINES = 20;
const GRACE_MS = 10_000;

/**
 * Tests a commit by a command of the operator's: in a clean clone, with an environment that holds nothing of ours, in a process
 * group that is ended as a whole when it takes too long or the server ends. What it prints goes to its log, masked. Rejects
 * when it was ended by `signal`, and with what git says when there is no clone.
 */
export async function testCommit(test: CommitTest): Promise<CommitVerdict> {
  const { workDirectory, signal } = test;
  await rm(workDirectory, { recursive: true, force: true });
  const places = { checkout: join(workDirectory, 'checkout'), home: join(workDirectory, 'home') };
  await mkdir(places.home, { recursive: true });
  try {
    const clone = ['clone', '--quiet', '--no-hardlinks', '--no-checkout', '--template=', test.gitDir, places.checkout];
    await mustGit(clone, { safeDirectory: test.gitDir, protocols: ['file'], signal });
    await mustGit(['checkout', '--quiet', '--detach', test.sha], { cwd: places.checkout, signal });
    const argv = await asUser(test.user, test.command);
    if (test.user !== undefined) await mustRun(['chown', '--recursive', `${test.user}:`, workDirectory]);
    const end = await run(test, argv, places);
    signal.throwIfAborted();
    return end;
  } finally {
    await rm(workDirectory, { recursive: true, force: true });
  }
}

async function run(
  { sha, minutes, logFile, masker, signal }: CommitTest,
  argv: Argv,
  { checkout, home }: { readonly checkout: string; readonly home: string },
): Promise<CommitVerdict> {
  await mkdir(dirname(logFile), { recursive: true });
  await rm(logFile, { force: true });
  const log = openLogFile(logFile, LOG_BYTES);
  const path = process.env['PATH'] ?? '/usr/bin:/bin';
  const [file, ...args] = dieWithUs(argv, { path, cwd: checkout, signal: 'TERM' });
  const child = spawn(file, args, {
    cwd: checkout,
    env: { PATH: path, HOME: home, TMPDIR: home, LANG: 'C.UTF-8', CI: 'true', CC_CI_COMMIT: sha },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own can be ended as a whole.
    detached: true,
  });
  let last: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    const writer = log.open(masker.stream());
    let rest = '';
    stream.on('data', (chunk: Buffer) => {
      writer.write(chunk);
      const lines = (rest + chunk.toString()).split('\n');
      rest = (lines.pop() ?? '').slice(-LOG_BYTES);
      last = [...last, ...lines.filter((line) => line.trim() !== '')].slice(-LAST_LINES);
    });
    stream.once('end', () => {
      writer.end();
      if (rest.trim() !== '') last = [...last, rest].slice(-LAST_LINES);
    });
  }
  let tooLong = false;
  const timer = setTimeout(() => {
    tooLong = true;
    terminate();
  }, minutes * 60_000);
  let kill: NodeJS.Timeout | undefined;
  const terminate = () => {
    if (child.pid === undefined || kill !== undefined) return;
    signalGroup(child.pid, 'SIGTERM');
    kill = setTimeout(() => {
      if (child.pid !== undefined) endGroup(child.pid);
      child.stdout.destroy();
      child.stderr.destroy();
    }, GRACE_MS);
  };
  signal.addEventListener('abort', terminate, { once: true });
  if (signal.aborted) terminate();
  const how = await new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    // Whoever of the group is left holds the pipes open.
    child.once('exit', () => child.pid !== undefined && endGroup(child.pid));
    child.once('close', (code, by) => resolve(code ?? `was ended by ${by ?? 'a signal'}`));
  });
  clearTimeout(timer);
  clearTimeout(kill);
  signal.removeEventListener('abort', terminate);
  await log.close();
  const lastLines = last.map((line) => masker.mask(oneLine(line)));
  const said = lastLines.at(-1);
  const withWords = (text: string) => (said === undefined ? text : `${text}: ${said}`);
  if (tooLong) return { state: 'failure', sentence: `ended after ${minutes} min: it may take no longer`, lastLines };
  if (how === 0) return { state: 'success', sentence: withWords('passed'), lastLines };
  if (typeof how === 'number') return { state: 'failure', sentence: withWords(`failed with ${how}`), lastLines };
  return child.pid === undefined
    ? { state: 'error', sentence: `could not be started: ${how}`, lastLines }
    : { state: 'failure', sentence: withWords(how), lastLines };
}

async function asUser(user: string | undefined, command: readonly string[]): Promise<Argv> {
  const [program = '', ...args] = command;
  if (user === undefined) return [program, ...args];
  const group = (await mustRun(['id', '--group', user])).stdout.trim();
  const shed = ['--reuid', user, '--regid', group, '--init-groups', '--no-new-privs', '--'];
  return ['setpriv', ...shed, program, ...args];
}

function signalGroup(pid: number, name: 'SIGTERM'): void {
  try {
    process.kill(-pid, name);
  } catch {
    // Nobody of the group is left.
  }
}
