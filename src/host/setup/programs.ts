import { findProgram } from './file-facts.ts';

/** A program that a run needs, the Debian package that brings it, and what it is for. */
export interface Program {
  readonly program: string;
  readonly package: string;
  readonly purpose: string;
  /** True where a run works without it. Set-up installs it all the same. */
  readonly optional?: boolean;
  /** A program that does the same with less. It is what the package brings; where only the other is there, nothing is missing. */
  readonly lighter?: string;
}

/** The packages by Debian's names; base-system ones are listed for the machines that were made very small. */
export const PROGRAMS: readonly Program[] = [
  { program: 'git', package: 'git', purpose: 'recipes at an exact commit' },
  { program: 'restic', package: 'restic', purpose: 'backup and restore' },
  { program: 'bwrap', package: 'bubblewrap', purpose: 'the sandbox of recipe tests' },
  {
    program: 'chromium',
    lighter: 'chromium-headless-shell',
    package: 'chromium-headless-shell',
    purpose: 'screenshots and browser tests',
  },
  { program: 'openssl', package: 'openssl', purpose: 'certificates of the built-in router' },
  { program: 'flock', package: 'util-linux', purpose: 'kernel locks' },
  { program: 'mmdebstrap', package: 'mmdebstrap', purpose: 'the base image where no registry answers', optional: true },
  { program: 'tar', package: 'tar', purpose: 'images and archives' },
  { program: 'ip', package: 'iproute2', purpose: 'a second Engine for the tests', optional: true },
];

/** The file of a program, of its lighter twin where that is there; undefined where there is neither. */
export async function findEither({ program, lighter }: Program, path?: string): Promise<string | undefined> {
  return (lighter === undefined ? undefined : await findProgram(lighter, path)) ?? findProgram(program, path);
}

/** Brings the Engine, its CLI and containerd. Only wanted where no Engine answers. */
export const ENGINE: Program = { program: 'dockerd', package: 'docker.io', purpose: 'the Docker Engine' };

/** The packages that bring what is missing, sorted, each once. */
export function packagesFor(missing: readonly Program[]): string[] {
  return [...new Set(missing.map((program) => program.package))].sort();
}
