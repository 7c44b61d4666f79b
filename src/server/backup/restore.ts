import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../../base/errors.ts';
import { openScratch } from '../../base/scratch.ts';
import type { StatePaths } from '../../config/paths.ts';
import type { ConfigPaths } from '../../config/server.ts';
import { clusterExists, openCluster } from '../../store/postgres/cluster.ts';
import { loadDump } from '../../store/postgres/dump.ts';
import { lockServer } from '../server-lock.ts';
import { clusterOptions } from '../store-home.ts';
import { type Manifest, unpack } from './archive.ts';
import { PARTS } from './backup.ts';

export interface RestoreOptions {
  readonly config: ConfigPaths;
  readonly paths: StatePaths;
}

/**
 * Puts a backup in place on a machine that has no server yet: whatever is there already is `E_RESTORE_STATE`, and nothing
 * is overwritten. Everything is checked before anything is made, and what was made is removed when it fails.
 */
export async function restoreServer(file: string, { config, paths }: RestoreOptions): Promise<Manifest> {
  await using _lock = await lockServer(paths);
  const cluster = await clusterOptions(paths);
  if (await clusterExists(cluster)) throw hasState(cluster.directory);
  if (!(await isEmpty(config.directory))) throw hasState(config.directory);
  await using scratch = await openScratch(paths.cache, 'restore');
  const manifest = await unpack(file, scratch.path);
  const has = (part: string) => manifest.files.some(({ path }) => path.startsWith(`${part}/`));
  if (has(PARTS.runs) && !(await isEmpty(paths.runs))) throw hasState(paths.runs);

  await using undo = new AsyncDisposableStack();
  const place = async (part: string, directory: string) => {
    if (!has(part)) return;
    undo.defer(() => emptyDirectory(directory));
    await mkdir(directory, { recursive: true });
    await cp(join(scratch.path, part), directory, { recursive: true });
  };
  undo.defer(() => rm(cluster.directory, { recursive: true, force: true }));
  const made = await openCluster(cluster);
  try {
    await loadDump(made, join(scratch.path, PARTS.database));
  } finally {
    await made.stop();
  }
  await place(PARTS.config, config.directory);
  await place(PARTS.runs, paths.runs);
  // All of it is in place: nothing is to be undone.
  undo.move();
  return manifest;
}

async function isEmpty(directory: string): Promise<boolean> {
  return (await readdir(directory).catch((): string[] => [])).length === 0;
}

async function emptyDirectory(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch((): string[] => [])) {
    await rm(join(directory, name), { recursive: true, force: true });
  }
}

function hasState(place: string): CodedError {
  return new CodedError({
    code: 'E_RESTORE_STATE',
    message: `${place} holds something already, and a backup is restored only where there is nothing`,
    fault: 'usage',
    hint: 'move it away first; CC_CI_STATE and --config name other directories',
  });
}
