import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CodedError } from './errors.ts';

/** A held kernel lock. It is free again when released, and also when this process ends in whatever way. */
export interface Lock extends AsyncDisposable {
  readonly path: string;
}

const BUSY = 75;

/**
 * Takes an exclusive `flock(2)` on a file, or returns undefined when another process holds it.
 *
 * Node has no flock of its own, so a small child holds it: `flock … cat`, which ends as soon as our end of its pipe closes,
 * however we end. The child is a session of its own, so that Ctrl-C at a terminal does not take the lock away while we
 * are still tearing down.
 */
export async function tryLock(path: string, options: { readonly waitMs?: number } = {}): Promise<Lock | undefined> {
  await mkdir(dirname(path), { recursive: true });
  const wait = options.waitMs === undefined ? ['--nonblock'] : ['--wait', String(options.waitMs / 1000)];
  const child = spawn(
    'flock',
    ['--exclusive', ...wait, '--conflict-exit-code', String(BUSY), path, 'sh', '-c', 'echo; exec cat'],
    {
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    },
  );
  const outcome = await new Promise<'held' | 'busy' | Error>((resolve) => {
    child.once('error', (error) => resolve(error));
    child.stdout.once('data', () => resolve('held'));
    child.once('exit', (code) => resolve(code === BUSY ? 'busy' : new Error(`flock ended with ${code}`)));
  });
  if (outcome === 'busy') return undefined;
  if (outcome instanceof Error) {
    throw new CodedError({
      code: 'E_LOCK',
      message: `cannot lock ${path}: ${outcome.message}`,
      fault: 'infrastructure',
      hint: 'flock(1) of util-linux is needed, and the directory has to be writable',
    });
  }
  child.unref();
  return {
    path,
    async [Symbol.asyncDispose]() {
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.ref();
      child.stdin.end();
      await gone;
    },
  };
}
