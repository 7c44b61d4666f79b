import { access, constants, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../../base/errors.ts';

/** The oldest major version whose SQL we use. */
export const OLDEST_MAJOR = 15;

/** One installed PostgreSQL. */
export interface PostgresBinaries {
  readonly major: number;
  readonly bin: string;
}

/** Where Debian's packages put each major version. */
const DEBIAN_ROOT = '/usr/lib/postgresql';

/** The installed servers, newest first. */
export async function findPostgres(root = DEBIAN_ROOT): Promise<readonly PostgresBinaries[]> {
  const names = await readdir(root).catch((): string[] => []);
  const found: PostgresBinaries[] = [];
  for (const name of names.filter((entry) => /^\d+$/.test(entry))) {
    const bin = join(root, name, 'bin');
    const usable = await access(join(bin, 'postgres'), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) found.push({ major: Number(name), bin });
  }
  return found.toSorted((left, right) => right.major - left.major);
}

/**
 * The server for a data directory: exactly its own major version, because another one cannot read it; the newest there is
 * for a new one. `E_POSTGRES_MISSING` says what to install, or how to bring the data over.
 */
export function choosePostgres(
  installed: readonly PostgresBinaries[],
  dataMajor: number | undefined,
): PostgresBinaries {
  const chosen =
    dataMajor === undefined
      ? installed.find(({ major }) => major >= OLDEST_MAJOR)
      : installed.find(({ major }) => major === dataMajor);
  if (chosen !== undefined) return chosen;
  const have =
    installed.length === 0 ? 'none is installed' : `installed: ${installed.map(({ major }) => major).join(', ')}`;
  throw new CodedError({
    code: 'E_POSTGRES_MISSING',
    message:
      dataMajor === undefined
        ? `the server needs PostgreSQL ${OLDEST_MAJOR} or newer; ${have}`
        : `the server's data was written by PostgreSQL ${dataMajor}; ${have}`,
    fault: 'usage',
    hint:
      dataMajor === undefined
        ? 'run `cc-ci setup --server`, install the package `postgresql`, or set DATABASE_URL'
        : `install \`postgresql-${dataMajor}\` again, then \`cc-ci backup\`, remove the data directory, and \`cc-ci restore\` with the new version`,
  });
}
