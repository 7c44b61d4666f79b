import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes git's own lock files from a repository. To be called by whoever holds our lock of it: then nobody else works there, and
 * what is left is of a git that was killed. With it every later fetch would fail.
 */
export async function removeStaleLocks(gitDir: string): Promise<void> {
  const names = await readdir(gitDir, { recursive: true }).catch((): string[] => []);
  for (const name of names.filter((path) => path.endsWith('.lock'))) await rm(join(gitDir, name), { force: true });
}
