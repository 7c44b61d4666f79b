import { watch } from 'node:fs';
import { delay } from '../../base/deadline.ts';
import { readTree, type Tree } from './tree.ts';

/** Milliseconds in which nothing may change before a tree is taken: editors save in several steps, git in many. */
const QUIET_MS = 80;

/** Calls back whenever something below a directory may have changed, until it is disposed of. git's own files do not count. */
export function watchTree(source: string, onChange: () => void): Disposable {
  const watcher = watch(source, { recursive: true }, (_, name) => {
    if (name === null || !(name === '.git' || name.startsWith('.git/'))) onChange();
  });
  // A directory that vanishes while it is being looked at: the tree that is read next tells.
  watcher.on('error', onChange);
  return { [Symbol.dispose]: () => watcher.close() };
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
