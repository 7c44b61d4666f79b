import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresAccount } from '../../../src/store/postgres/account.ts';
import type { ClusterOptions } from '../../../src/store/postgres/cluster.ts';

/** Where a test's PostgreSQL lies; the caller removes `runtimeDir`. */
export async function clusterOptions(): Promise<ClusterOptions> {
  const root = await mkdtemp(join(tmpdir(), 'cc-ci-store-'));
  // The account that runs PostgreSQL has to get through to what is its own.
  await chmod(root, 0o711);
  return { directory: join(root, 'postgres'), runtimeDir: root, account: await postgresAccount() };
}

/** The URL of a database of a private PostgreSQL. */
export function databaseUrl(socketDir: string, name: string): string {
  return `postgresql://cc-ci@localhost/${name}?host=${encodeURIComponent(socketDir)}`;
}
