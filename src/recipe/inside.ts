import { readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { CodedError } from '../base/errors.ts';

/** Also the most that a Swarm config holds. */
const MAX_BYTES = 1024 * 1024;

/**
 * Reads a text file of a checkout; undefined when there is none. A path or symlink that leads out of the checkout is
 * `E_OUTSIDE_CHECKOUT`: a recipe must not read the host's files.
 */
export async function readInside(root: string, path: string): Promise<string | undefined> {
  const real = await realpath(join(root, path)).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (real === undefined) return undefined;
  const within = relative(await realpath(root), real);
  if (within === '..' || within.startsWith(`..${sep}`) || within.startsWith(sep)) {
    throw new CodedError({
      code: 'E_OUTSIDE_CHECKOUT',
      message: `${path} leads out of the recipe's checkout`,
      fault: 'recipe',
      where: { file: path },
      hint: 'keep the file in the repository; symlinks may only point inside it',
    });
  }
  const facts = await stat(real);
  if (!facts.isFile() || facts.size > MAX_BYTES) {
    throw new CodedError({
      code: 'E_RECIPE_FILE',
      message: facts.isFile() ? `${path} is larger than 1 MiB` : `${path} is not a file`,
      fault: 'recipe',
      where: { file: path },
    });
  }
  return readFile(real, 'utf8');
}

/** True for the error of a path that does not exist, or whose parent is no directory. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
