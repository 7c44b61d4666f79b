import { cp, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../base/errors.ts';

export const PREVIOUS = 'previous';

/**
 * Lays `recipes/<name>/previous/` over the checkout of a base: repairs of releases that cannot be deployed any more (an image
 * that is gone, say), without which no upgrade from them could be proven. Never for a head. Returns the paths of the files, in
 * order; empty where there are none. `E_PREVIOUS` for anything but plain files.
 */
export async function repairBase(enrolledDir: string | undefined, checkout: string): Promise<readonly string[]> {
  if (enrolledDir === undefined) return [];
  const directory = join(enrolledDir, PREVIOUS);
  const top = await lstat(directory).catch(() => undefined);
  if (top === undefined) return [];
  if (!top.isDirectory()) throw notPlain(directory);
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    // A link in the checkout could lead the copy out of it, and one of ours lead anywhere.
    if (!entry.isFile() && !entry.isDirectory()) throw notPlain(path);
    if (entry.isFile()) files.push(path.slice(directory.length + 1));
  }
  for (const file of files) {
    await refuseLinks(checkout, file);
    await cp(join(directory, file), join(checkout, file), { force: true });
  }
  return files.toSorted();
}

async function refuseLinks(checkout: string, file: string): Promise<void> {
  const parts = file.split('/');
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const path = join(checkout, ...parts.slice(0, depth));
    if ((await lstat(path).catch(() => undefined))?.isSymbolicLink() === true) throw notPlain(path);
  }
}

function notPlain(path: string): CodedError {
  return new CodedError({
    code: 'E_PREVIOUS',
    message: 'a base is repaired with plain files, and this is none',
    fault: 'usage',
    where: { file: path },
    hint: 'put a copy of the file there',
  });
}
