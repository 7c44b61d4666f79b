import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, statSync, unlinkSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CodedError, messageOf } from './errors.ts';

/** A held kernel lock. It is free again when released, and also when this process ends in whatever way. */
export interface Lock extends AsyncDisposable {
  readonly path: string;
  /** Removes the lock's file while it is held, for a lock that nobody will take again. */
  removeFile(): void;
}

export interface LockOptions {
  /** Upper bound for waiting until it is free; not waited for at all unless given. */
  readonly waitMs?: number;
}

const BUSY = 75;
/** The descriptor as which the program that locks sees our file. */
const CHILD_FD = 3;

/**
 * Takes an exclusive `flock(2)` on a file, or returns undefined when another process holds it. A lock that cannot be taken
 * at all is `E_LOCK`.
 *
 * Node has no flock of its own. A lock belongs to the open file, though, and not to a process: `flock 3` locks the one that
 * it inherits from us, and we have it until we close ours or end, in whatever way. No other child inherits it.
 */
export async function tryLock(path: string, options: LockOptions = {}): Promise<Lock | undefined> {
  const until = performance.now() + (options.waitMs ?? 0);
  for (;;) {
    const fd = await openLockFile(path);
    try {
      const wait = options.waitMs === undefined ? undefined : Math.max(0, until - performance.now());
      if (!(await lockOpenFile(fd, path, wait))) {
        closeSync(fd);
        return undefined;
      }
      if (isFile(fd, path)) return held(fd, path);
      // It was removed by its holder after we had opened it: nobody else would ever meet us at that file.
      closeSync(fd);
    } catch (error: unknown) {
      closeSync(fd);
      throw error;
    }
  }
}

function held(fd: number, path: string): Lock {
  let open = true;
  return {
    path,
    removeFile() {
      if (open && isFile(fd, path)) unlinkSync(path);
    },
    async [Symbol.asyncDispose]() {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

async function openLockFile(path: string): Promise<number> {
  try {
    await mkdir(dirname(path), { recursive: true });
    return openSync(path, 'a', 0o600);
  } catch (error: unknown) {
    throw cannotLock(path, messageOf(error), 'the directory has to be writable', error);
  }
}

/** True when the lock is ours, false when another holds it. */
async function lockOpenFile(fd: number, path: string, waitMs: number | undefined): Promise<boolean> {
  const wait = waitMs === undefined ? ['--nonblock'] : ['--wait', String(waitMs / 1000)];
  const child = spawn('flock', ['--exclusive', ...wait, '--conflict-exit-code', String(BUSY), String(CHILD_FD)], {
    stdio: ['ignore', 'ignore', 'ignore', fd],
    // A session of its own: Ctrl-C at a terminal is for us, who may be about to tear down.
    detached: true,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
  });
  const outcome = await new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code ?? String(signal)));
  });
  if (outcome === 0) return true;
  if (outcome === BUSY) return false;
  throw cannotLock(path, `flock ended with ${outcome}`, 'flock(1) of util-linux is needed');
}

function isFile(fd: number, path: string): boolean {
  const own = fstatSync(fd);
  const there = statSync(path, { throwIfNoEntry: false });
  return there !== undefined && there.ino === own.ino && there.dev === own.dev;
}

function cannotLock(path: string, message: string, hint: string, cause?: unknown): CodedError {
  return new CodedError({
    code: 'E_LOCK',
    message: `cannot lock ${path}: ${message}`,
    fault: 'infrastructure',
    hint,
    cause,
  });
}
