import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** True for the error of a path that is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** Whether anything exists at a path. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (isMissing(error)) return false;
      throw error;
    },
  );
}

/** The file that a program's name stands for, as a shell would find it; undefined when there is none. */
export async function findProgram(name: string, path = process.env['PATH'] ?? ''): Promise<string | undefined> {
  for (const directory of path.split(delimiter)) {
    const file = join(directory, name);
    const runnable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (directory !== '' && runnable) return file;
  }
  return undefined;
}
