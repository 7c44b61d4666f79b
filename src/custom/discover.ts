import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../base/errors.ts';
import type { DiscoveredTests, TestFile } from './types.ts';

const NODE_TEST = /\.test\.(?:ts|mts|js|mjs)$/;
/** What tests are written in elsewhere, or here under a name that does not count. */
const PROGRAM = /\.(?:[cm]?[jt]s|py|sh|bash|bats|rb|pl|go)$/;
const MAX_ENTRIES = 2000;
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Finds a recipe's own tests: `tests/` of the recipe when it holds any, else the tests directory that this repository
 * keeps for it. `*.test.ts` and `*.test.js` count at any depth (not in `node_modules` or below a dot), executables only at
 * the top, because what lies deeper is a helper. Programs none of which counts are tests of which none was collected, and
 * not the same as none. Nothing is read or run.
 * Throws `E_TESTS_LINK` for a symbolic link and `E_TESTS_SIZE` for a directory too big to be handed to the sandbox.
 */
export async function discoverTests(recipeDir: string, enrolledDir?: string): Promise<DiscoveredTests> {
  const own = join(recipeDir, 'tests');
  const ours = await listTests(own);
  if (ours.tests.length > 0) return { source: 'recipe', directory: own, files: ours.tests };
  if (enrolledDir !== undefined) {
    const { tests } = await listTests(enrolledDir);
    if (tests.length > 0) return { source: 'enrolled', directory: enrolledDir, files: tests };
  }
  // Whoever wrote programs into `tests/` believes that something is tested: that none of them is run must not look like none.
  if (ours.programs > 0) return { source: 'recipe', directory: own, files: [] };
  return { source: 'none', directory: undefined, files: [] };
}

interface Listed {
  readonly tests: TestFile[];
  /** Files that look like programs, tests or not. */
  readonly programs: number;
}

async function listTests(directory: string): Promise<Listed> {
  const top = await lstat(directory).catch(() => undefined);
  if (top === undefined) return { tests: [], programs: 0 };
  if (top.isSymbolicLink()) throw linkError(directory);
  if (!top.isDirectory()) return { tests: [], programs: 0 };
  const files: TestFile[] = [];
  let programs = 0;
  let entries = 0;
  let bytes = 0;
  const visit = async (relative: string): Promise<void> => {
    for (const entry of await readdir(join(directory, relative), { withFileTypes: true })) {
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
      // A link could lead the copy, and with it the sandbox, to any file of the host.
      if (entry.isSymbolicLink()) throw linkError(join(directory, path));
      entries += 1;
      if (entry.isDirectory()) {
        await visit(path);
      } else if (entry.isFile()) {
        const { size, mode } = await lstat(join(directory, path));
        bytes += size;
        const kind = kindOf(path, (mode & 0o111) !== 0);
        if (kind !== undefined) files.push({ path, kind });
        if (PROGRAM.test(path)) programs += 1;
      }
      if (entries > MAX_ENTRIES || bytes > MAX_BYTES) throw sizeError(directory);
    }
  };
  await visit('');
  return { tests: files.sort((a, b) => (a.path < b.path ? -1 : 1)), programs };
}

/** What a file is among the tests, by its path below the tests directory; undefined for a helper. */
function kindOf(path: string, executable: boolean): 'node' | 'tap' | undefined {
  const parts = path.split('/');
  if (parts.some((part) => part === 'node_modules' || part.startsWith('.'))) return undefined;
  if (NODE_TEST.test(path)) return 'node';
  return executable && parts.length === 1 ? 'tap' : undefined;
}

function linkError(file: string): CodedError {
  return new CodedError({
    code: 'E_TESTS_LINK',
    message: 'the tests directory holds a symbolic link, which could lead out of the recipe',
    fault: 'recipe',
    where: { file },
    hint: 'replace the link by the file itself',
  });
}

function sizeError(file: string): CodedError {
  return new CodedError({
    code: 'E_TESTS_SIZE',
    message: `the tests directory is too big: at most ${MAX_ENTRIES} entries and ${MAX_BYTES / 1024 / 1024} MiB`,
    fault: 'recipe',
    where: { file },
    hint: 'make large fixtures while the test runs',
  });
}
