import { cp, lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../../base/errors.ts';
import { openScratch } from '../../base/scratch.ts';
import type { StatePaths } from '../../config/paths.ts';
import { type ConfigPaths, readServerSettings } from '../../config/server.ts';
import { TOOL_VERSION } from '../../config/version.ts';
import { RESULTS_FILE } from '../../results/json.ts';
import { clusterExists, openCluster } from '../../store/postgres/cluster.ts';
import { dumpCluster } from '../../store/postgres/dump.ts';
import { storeHome } from '../store-home.ts';
import { type Manifest, pack } from './archive.ts';

export interface BackupOptions {
  readonly config: ConfigPaths;
  readonly paths: StatePaths;
  /** Whether the directories of runs that are over go along: reports, logs, pictures. */
  readonly runs: boolean;
}

/** The parts of a backup, as directories and files in it. */
export const PARTS = { database: 'database.dump', config: 'config', runs: 'runs' } as const;

/**
 * Writes what a server cannot make anew to one file: its database as of one moment, and its configuration directory with
 * the secrets in it. The server may run meanwhile. A database that the operator gave is theirs to back up: `E_BACKUP_GIVEN`.
 */
export async function backUpServer(file: string, { config, paths, runs }: BackupOptions): Promise<Manifest> {
  const home = await storeHome(await readServerSettings(config), config, paths);
  if (home.kind === 'given') {
    throw new CodedError({
      code: 'E_BACKUP_GIVEN',
      message: 'the server’s database is a PostgreSQL of your own, which only you can back up',
      fault: 'usage',
      hint: `back it up as you do others, and copy ${config.directory} along`,
    });
  }
  if (!(await clusterExists(home.cluster))) {
    throw new CodedError({
      code: 'E_BACKUP_EMPTY',
      message: `no server has ever run on ${paths.state}`,
      fault: 'usage',
      hint: 'CC_CI_STATE names another state directory',
    });
  }
  await using scratch = await openScratch(paths.cache, 'backup');
  const cluster = await openCluster(home.cluster);
  try {
    await dumpCluster(cluster, join(scratch.path, PARTS.database));
  } finally {
    // One that runs belongs to a server that runs.
    if (cluster.how !== 'adopted') await cluster.stop();
  }
  await cp(config.directory, join(scratch.path, PARTS.config), { recursive: true, dereference: true });
  if (runs) await copyRuns(paths.runs, join(scratch.path, PARTS.runs));
  return await pack(scratch.path, file, TOOL_VERSION);
}

/** Runs that are over: one that goes on still changes. Their work directories are gone by then. */
async function copyRuns(from: string, to: string): Promise<void> {
  for (const id of await readdir(from).catch((): string[] => [])) {
    const over = await stat(join(from, id, RESULTS_FILE)).catch(() => undefined);
    if (over === undefined) continue;
    await cp(join(from, id), join(to, id), { recursive: true, filter: isPlain });
  }
}

async function isPlain(path: string): Promise<boolean> {
  const found = await lstat(path);
  return found.isFile() || found.isDirectory();
}
