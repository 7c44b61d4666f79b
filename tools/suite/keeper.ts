import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { removeAbandonedMachines } from '../../test/engine/support/machine.ts';
import { makeScratch } from '../../test/support/scratch.ts';
import { endAllBelow, unmountAllBelow } from '../../test/support/strays.ts';

/** The directory of a call of the tests, and whoever sees to it that nothing of the call outlives it. */
export interface Keeper extends AsyncDisposable {
  /** Everything below it is the call's, and so is every process that has to do with it. */
  readonly scratch: string;
}

/**
 * Starts a process in a session of its own that waits for our end, in whatever way that comes: `kill -9`, too. Then it ends
 * what is left of our processes, and removes their Engines, mounts and files. Disposing of it does the same at once.
 */
export async function openKeeper(): Promise<Keeper> {
  const scratch = await makeScratch();
  const child = spawn(process.execPath, [import.meta.filename, scratch], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  child.unref();
  return {
    scratch,
    async [Symbol.asyncDispose]() {
      child.ref();
      child.stdin.end();
      await exited;
    },
  };
}

/** The other side: what the process of `openKeeper` does. */
async function keep(scratch: string): Promise<void> {
  // The kernel closes the other end when our starter has ended.
  await once(process.stdin.resume(), 'end');
  // Each does what it can, whatever became of the one before.
  const steps = [
    () => endAllBelow(scratch),
    removeAbandonedMachines,
    () => unmountAllBelow(scratch),
    () => rm(scratch, { recursive: true, force: true }),
  ];
  for (const step of steps) {
    await step().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
  }
}

if (process.argv[1] === import.meta.filename) await keep(process.argv[2] ?? '');
