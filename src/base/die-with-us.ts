import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import type { Argv } from './process.ts';

/**
 * Wraps a program so that the kernel ends it when this process ends, in whatever way: what goes on after we are dead would
 * change things behind the back of whoever cleans up after us. It is killed; with `TERM` it is asked, for a program that tears
 * down by itself. `setpriv` (util-linux) asks the kernel for it and becomes the program. Where it is missing, and for a program
 * that does not exist, the arguments stay as they are; the start then tells.
 */
export function dieWithUs(
  argv: Argv,
  options: { readonly path: string | undefined; readonly cwd: string; readonly signal?: 'KILL' | 'TERM' },
): Argv {
  const [program] = argv;
  const known = program.includes('/') ? isProgram(resolve(options.cwd, program)) : isOnPath(program, options.path);
  return known && isOnPath('setpriv', options.path)
    ? ['setpriv', '--pdeathsig', options.signal ?? 'KILL', '--', ...argv]
    : argv;
}

function isOnPath(program: string, path: string | undefined): boolean {
  return (path ?? '').split(delimiter).some((directory) => directory !== '' && isProgram(join(directory, program)));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
