import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../base/errors.ts';
import type { DiscoveredTests, TestFile } from './types.ts';

const NODE_TEST = /\.test\.(?:ts|mts|js|mjs)$/;
const MAX_ENTRIES = 2000;
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Finds a recipe's own tests: `tests/` of the recipe when it holds any, else the tests directory that this repository
 * keeps for it. `*.test.ts` and `*.test.js` count at any depth (not in `node_modules` or below a dot), executables only at
 * the top, because what lies deeper is a helper. Nothing is read or run.
 * Throws `E_TESTS_LINK` for a symbolic link and `E_TESTS_SIZE` for a directory too big to be handed to the sandbox.
 */
export async function discoverTests(recipeDir: string, enrolledDir?: string): Promise<DiscoveredTests> {
  const own = join(recipeDir, 'tests');
  const ownFiles = await listTests(own);
  if (ownFiles.length > 0) return { source: 'recipe', directory: own, files: ownFiles };
  if (enrolledDir !== undefined) {
    const files = await listTests(enrolledDir);
    if (files.length > 0) return { source: 'enrolled', directory: enrolledDir, files };
  }
  return { source: 'none', directory: undefined, files: [] };
}

async function listTests(directory: string): Promise<TestFile[]> {
  const top = await lstat(directory).catch(() => undefined);
  if (top === undefined) return [];
  if (top.isSymbolicLink()) throw linkError(directory);
  if (!top.isDirectory()) return [];
  const files: TestFile[] = [];
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
      }
      if (entries > MAX_ENTRIES || bytes > MAX_BYTES) throw sizeError(directory);
    }
  };
  await visit('');
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** What a file is among the tests, by its path below the tests directory; undefined for a helper. */
function kindOf(path: string, executable: boolean): TestFile['kind'] | undefined {
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
