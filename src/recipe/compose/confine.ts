import { realpath } from 'node:fs/promises';
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
 * by the deepest of its directories that does.
 */
export async function isInside(root: string, path: string): Promise<boolean> {
  const within = relative(await realpath(root), await followLinks(path));
  return within !== '..' && !within.startsWith(`..${sep}`) && !isAbsolute(within);
}

async function followLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error: unknown) {
    const parent = dirname(path);
    if (!isMissing(error) || parent === path) throw error;
    return join(await followLinks(parent), basename(path));
  }
}
