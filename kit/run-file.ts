import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { FileRecord, NodeEvent, TestOrder } from './protocol.ts';
import { INSIDE } from './protocol.ts';

/** Beside this file, and like it JavaScript in an installed package. */
const RUNNERS = {
  node: join(import.meta.dirname, `file-runner${extname(import.meta.filename)}`),
  hook: join(import.meta.dirname, `hook-runner${extname(import.meta.filename)}`),
};
const TAP_BYTES = 1024 * 1024;
const TAIL_BYTES = 64 * 1024;

/** Runs one test file in a process group of its own and says how it ended; what it started and left is ended with it. */
export async function runFile(
  file: TestOrder['files'][number],
  env: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<FileRecord> {
  const started = performance.now();
  const path = `${INSIDE.tests}/${file.path}`;
  const eventsFile = `/tmp/.events-${process.hrtime.bigint()}`;
  const call = file.call ?? [];
  const argv = file.kind === 'tap' ? [path] : [process.execPath, RUNNERS[file.kind], path, eventsFile, ...call];
  const child = spawn(argv[0] ?? path, argv.slice(1), {
    cwd: INSIDE.tests,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let timedOut = false;
  const endGroup = () => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // The whole group is gone, which is what was wanted.
    }
  };
  const timer = setTimeout(() => {
    timedOut = true;
    endGroup();
  }, timeoutMs);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout = file.kind === 'tap' ? (stdout + text).slice(0, TAP_BYTES) : (stdout + text).slice(-TAIL_BYTES);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-TAIL_BYTES);
  });
  const end = await new Promise<Pick<FileRecord, 'exitCode' | 'signal' | 'startError'>>((resolve) => {
    child.once('error', (error) => resolve({ exitCode: null, signal: null, startError: error.message }));
    // A leftover child may hold the pipes open for ever, so it is ended at the exit of the file's own process.
    child.once('exit', endGroup);
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, startError: undefined }));
  });
  clearTimeout(timer);
  const { events, complete } = file.kind === 'tap' ? { events: [], complete: true } : readEvents(eventsFile);
  const ms = performance.now() - started;
  return { type: 'file', ...file, ...end, timedOut, complete, events, stdout, stderr, ms };
}

function readEvents(eventsFile: string): { readonly events: NodeEvent[]; readonly complete: boolean } {
  try {
    const lines = readFileSync(eventsFile, 'utf8').split('\n').slice(0, -1);
    rmSync(eventsFile);
    const values = lines.map((line) => JSON.parse(line) as NodeEvent | 'done');
    return { events: values.filter((value) => value !== 'done'), complete: values.at(-1) === 'done' };
  } catch {
    return { events: [], complete: false };
  }
}
