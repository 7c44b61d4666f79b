import { join } from 'node:path';
import type { StatePaths } from '../config/paths.ts';
import { readSecretFile } from '../config/secret-file.ts';
import type { ConfigPaths, ServerSettings } from '../config/server.ts';
import { postgresAccount } from '../store/postgres/account.ts';
import type { ClusterOptions } from '../store/postgres/cluster.ts';
import type { StoreHome } from '../store/store.ts';

/** Which database a server uses: `DATABASE_URL`, else the file that its settings name, else a private PostgreSQL. */
export async function storeHome(
  settings: Pick<ServerSettings, 'databaseUrlFile'>,
  config: ConfigPaths,
  paths: StatePaths,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<StoreHome> {
  const url = env['DATABASE_URL'];
  if (url !== undefined && url !== '') return { kind: 'given', url };
  const given = settings.databaseUrlFile;
  if (given !== undefined) {
    const place = { given, key: 'databaseUrlFile', configDirectory: config.directory };
    return { kind: 'given', url: await readSecretFile(place, env) };
  }
  return { kind: 'private', cluster: await clusterOptions(paths) };
}

/** Where the private PostgreSQL of this installation lies. */
export async function clusterOptions(paths: StatePaths): Promise<ClusterOptions> {
  return {
    directory: join(paths.state, 'postgres'),
    runtimeDir: paths.hostLocks,
    account: await postgresAccount(),
  };
}
