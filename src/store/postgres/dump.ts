import { join } from 'node:path';
import { mustRun } from '../../base/process.ts';
import { choosePostgres, findPostgres } from './binaries.ts';
import type { Cluster } from './cluster.ts';

/** Writes all that a cluster holds to a file, as of one moment, while it goes on working. */
export async function dumpCluster(cluster: Cluster, file: string): Promise<void> {
  await run(cluster, 'pg_dump', ['--format=custom', '--no-owner', '--no-privileges', '--file', file]);
}

/** Fills an empty cluster from such a file, wholly or not at all. */
export async function loadDump(cluster: Cluster, file: string): Promise<void> {
  await run(cluster, 'pg_restore', ['--single-transaction', '--exit-on-error', '--no-owner', file]);
}

async function run(cluster: Cluster, program: string, args: readonly string[]): Promise<void> {
  const { bin } = choosePostgres(await findPostgres(), cluster.major);
  const where = [
    '--host',
    cluster.socketDir,
    '--username',
    cluster.user,
    '--no-password',
    '--dbname',
    cluster.database,
  ];
  await mustRun([join(bin, program), ...where, ...args], {
    cleanEnv: true,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' },
  });
}
