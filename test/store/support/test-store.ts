import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresAccount } from '../../../src/store/postgres/account.ts';
import { type ClusterOptions } from '../../../src/store/postgres/cluster.ts';
import { openStore, type Store } from '../../../src/store/store.ts';

export interface TestStore extends AsyncDisposable {
  readonly store: Store;
  readonly options: ClusterOptions;
}

/** A private PostgreSQL in a directory of its own, removed at the end. */
export async function openTestStore(): Promise<TestStore> {
  const options = await clusterOptions();
  const store = await openStore({ kind: 'private', cluster: options });
  return {
    store,
    options,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await store.cluster?.stop();
      await rm(options.runtimeDir, { recursive: true, force: true });
    },
  };
}

/** Where a test's PostgreSQL lies; the caller removes `runtimeDir`. */
export async function clusterOptions(): Promise<ClusterOptions> {
  const root = await mkdtemp(join(tmpdir(), 'cc-ci-store-'));
  // The account that runs PostgreSQL has to get through to what is its own.
  await chmod(root, 0o711);
  return { directory: join(root, 'postgres'), runtimeDir: root, account: await postgresAccount() };
}
