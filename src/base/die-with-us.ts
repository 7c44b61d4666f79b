import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import type { Argv } from './process.ts';

export interface DieWithUsOptions {
  readonly path: string | undefined;
  readonly cwd: string;
  readonly signal?: 'KILL' | 'TERM';
  /** With `TERM`: so long after it was asked it is killed. A program that computes without end hears no signal. */
  readonly killAfterSeconds?: number;
}

/**
 * Wraps a program so that the kernel ends it when this process ends, in whatever way: what goes on after we are dead would
 * change things behind the back of whoever cleans up after us. It is killed; with `TERM` it is asked, for a program that tears
 * down by itself. `setpriv` (util-linux) asks the kernel for it and becomes the program, or `timeout` (coreutils), which stays
 * beside the program, passes signals on to it and outlives us for as long as it takes. Where they are missing, and for a
 * program that does not exist, the arguments stay as they are; the start then tells.
 */
export function dieWithUs(argv: Argv, { path, cwd, signal = 'KILL', killAfterSeconds }: DieWithUsOptions): Argv {
  const [program] = argv;
  const known = program.includes('/') ? isProgram(resolve(cwd, program)) : isOnPath(program, path);
  if (!known || !isOnPath('setpriv', path)) return argv;
  const guarded = killAfterSeconds !== undefined && isOnPath('timeout', path);
  return [
    'setpriv',
    '--pdeathsig',
    signal,
    '--',
    // Of no time-out itself (0), and in our group, so that whoever ends that ends both.
    ...(guarded ? ['timeout', '--foreground', `--kill-after=${killAfterSeconds}`, '0'] : []),
    ...argv,
  ];
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
