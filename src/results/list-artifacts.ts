import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { RunResults } from './schema.ts';

/** Readable by everyone: what a run keeps for its owner alone (a kept app's credentials) is no artifact. */
const OTHERS_READ = 0o004;

/**
 * What a run left for people to read: the regular files in its directory and in its `logs/`, with their sizes. Hidden and
 * private files are not among them, nor is anything below its other directories. Sorted by name.
 */
export async function listArtifacts(directory: string): Promise<RunResults['artifacts']> {
  const logs = await readdir(join(directory, 'logs'), { withFileTypes: true }).catch(() => []);
  const entries = [...(await readdir(directory, { withFileTypes: true })), ...logs];
  const artifacts: RunResults['artifacts'] = [];
  for (const entry of entries) {
    if (!entry.isFile() || entry.name.startsWith('.')) continue;
    const file = join(entry.parentPath, entry.name);
    const { mode, size } = await stat(file);
    if ((mode & OTHERS_READ) !== 0) artifacts.push({ name: relative(directory, file), bytes: size });
  }
  return artifacts.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
