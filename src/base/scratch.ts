import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { shortHash } from './ids.ts';
import { tryLock } from './lock.ts';

/** A directory for what is needed only while some work goes on. Removed on disposal, and by `sweepScratch` if we are killed. */
export interface Scratch extends AsyncDisposable {
  readonly path: string;
}

const LOCK = '.lock';

/** Makes a new directory below `<cacheDir>/scratch`, with a lock beside it that tells that its owner lives. */
export async function openScratch(cacheDir: string, name: string): Promise<Scratch> {
  const path = join(
    cacheDir,
    'scratch',
    `${name}-${shortHash(`${process.pid} ${performance.now()} ${Math.random()}`, 12)}`,
  );
  const lock = await tryLock(`${path}${LOCK}`, { waitMs: 10_000 });
  if (lock === undefined) throw new Error(`somebody holds the lock of a directory that is not there yet: ${path}`);
  await mkdir(path, { mode: 0o700 });
  return {
    path,
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true });
      lock.removeFile();
      await lock[Symbol.asyncDispose]();
    },
  };
}

/** Removes the scratch directories whose owners are dead. */
export async function sweepScratch(cacheDir: string): Promise<void> {
  const root = join(cacheDir, 'scratch');
  const names = await readdir(root).catch((): string[] => []);
  for (const name of names.filter((candidate) => candidate.endsWith(LOCK))) {
    await using lock = await tryLock(join(root, name));
    if (lock === undefined) continue;
    await rm(join(root, name.slice(0, -LOCK.length)), { recursive: true, force: true });
    lock.removeFile();
  }
}
