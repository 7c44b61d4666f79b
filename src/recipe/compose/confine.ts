import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { isMissing } from '../inside.ts';

/** Joins as Docker does: absolute paths stay as they are, others are cleaned and lose a slash at the end. */
export function joinPath(directory: string, path: string): string {
  if (isAbsolute(path)) return path;
  const joined = join(directory, path);
  return joined.length > 1 && joined.endsWith('/') ? joined.slice(0, -1) : joined;
}

/**
 * Whether a path leads to a place inside a directory once every symlink is followed. A file that does not exist is judged
 * by the deepest of its directories that does. A symlink that leads nowhere, or in a circle, is not inside: what it means
 * may change between the check and the reading.
 */
export async function isInside(root: string, path: string): Promise<boolean> {
  const target = await followLinks(path);
  if (target === undefined) return false;
  const within = relative(await realpath(root), target);
  return within !== '..' && !within.startsWith(`..${sep}`) && !isAbsolute(within);
}

async function followLinks(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error: unknown) {
    if (!isMissing(error) || dirname(path) === path || (await isLink(path))) return undefined;
    const parent = await followLinks(dirname(path));
    return parent === undefined ? undefined : join(parent, basename(path));
  }
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch (error: unknown) {
    if (isMissing(error)) return false;
    throw error;
  }
}
