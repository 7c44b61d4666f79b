import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { delay } from '../../base/deadline.ts';
import { readTree, type Tree } from './tree.ts';

/** Milliseconds in which nothing may change before a tree is taken: editors save in several steps, git in many. */
const QUIET_MS = 80;

/** Directories that hold nothing of a recipe and often very much. */
const LEFT_OUT = new Set(['.git', 'node_modules']);

/**
 * Calls back whenever something below a directory may have changed, until it is disposed of. Each directory is watched by itself:
 * Node's own recursive watch follows files, and loses one that is replaced twice, as editors and git do.
 */
export function watchTree(source: string, onChange: () => void): Disposable {
  const watchers = new Map<string, FSWatcher>();
  const forget = (path: string) => {
    for (const [dir, watcher] of watchers) {
      if (dir !== path && !dir.startsWith(`${path}/`)) continue;
      watcher.close();
      watchers.delete(dir);
    }
  };
  const follow = (dir: string): void => {
    if (watchers.has(dir)) return;
    try {
      const watcher = watch(dir, (event, name) => {
        if (name !== null && LEFT_OUT.has(name)) return;
        // A directory that came or went under this name: the one that was watched may be another.
        if (event === 'rename' && name !== null) forget(join(dir, name));
        // What is made in a new directory before it is watched is seen by the look that follows.
        followAll(source);
        onChange();
      });
      watcher.on('error', () => forget(dir));
      watchers.set(dir, watcher);
    } catch (error: unknown) {
      // Gone again; its parent has told or will.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  };
  const followAll = (dir: string): void => {
    follow(dir);
    for (const below of directoriesIn(dir)) followAll(join(dir, below));
  };
  followAll(source);
  return {
    [Symbol.dispose]() {
      forget(source);
    },
  };
}

function directoriesIn(dir: string): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !LEFT_OUT.has(entry.name))
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

/** Reads a tree once it is another than `known` or certainly not, twice the same with a quiet moment between. */
export async function settledTree(source: string, known: string, signal: AbortSignal): Promise<Tree> {
  let tree = await readTree(source);
  while (tree.hash !== known) {
    await delay(QUIET_MS, signal);
    const again = await readTree(source);
    if (again.hash === tree.hash) return again;
    tree = again;
  }
  return tree;
}
