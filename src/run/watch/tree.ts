import { createHash } from 'node:crypto';
import { lstat, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { listWorkTree } from '../../recipe/git/source.ts';

/** What lies in a work tree at one moment, without what git ignores. */
export interface Tree {
  /** Path → hash of its content; executables and links differ from plain files of the same content. */
  readonly files: Readonly<Record<string, string>>;
  /** Of all of it: two trees with the same hash are the same. */
  readonly hash: string;
}

/** What editors leave beside a file while it is edited; few recipes bother to ignore it. */
const EDITOR = /(?:^|\/)(?:\.[^/]*\.sw[a-z]|[^/]*~|\.#[^/]*|#[^/]*#|4913|\.DS_Store)$/;

/**
 * Reads a tree. `source` is the work tree, whose git says which files count; `dir` is where they are read, the work tree itself or a
 * copy of it. A file that is gone by the time it is read is left out.
 */
export async function readTree(source: string, dir: string = source): Promise<Tree> {
  const names = (await listWorkTree(source)).filter((name) => !EDITOR.test(name));
  const rows = await Promise.all(names.map(async (name) => [name, await hashFile(join(dir, name))] as const));
  const files = Object.fromEntries(
    rows
      .filter((row): row is readonly [string, string] => row[1] !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
  return { files, hash: hashOf(JSON.stringify(files)) };
}

/** The hash that tells two contents apart. */
export function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

async function hashFile(path: string): Promise<string | undefined> {
  try {
    const entry = await lstat(path);
    if (entry.isSymbolicLink()) return `link ${hashOf(await readlink(path))}`;
    if (!entry.isFile()) return undefined;
    const hash = hashOf(await readFile(path));
    return (entry.mode & 0o111) === 0 ? hash : `executable ${hash}`;
  } catch (error: unknown) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw error;
  }
}
