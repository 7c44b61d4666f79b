import { rm } from 'node:fs/promises';
import type { ClusterOptions } from '../../../src/store/postgres/cluster.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { clusterOptions, databaseUrl } from './place.ts';
import { createDatabase } from './shared-postgres.ts';

export interface TestStore extends AsyncDisposable {
  readonly store: Store;
  /** What a program is given as `DATABASE_URL` so that it uses this store. */
  readonly url: string;
}

/** A store with a PostgreSQL of its own, for who stops or kills that. */
export interface OwnTestStore extends TestStore {
  readonly options: ClusterOptions;
}

/** A database of its own: on the PostgreSQL that the tests share where there is one, else on one of its own. */
export async function openTestStore(): Promise<TestStore> {
  const database = await createDatabase();
  if (database === undefined) return openOwnTestStore();
  const store = await openStore({ kind: 'given', url: database.url });
  return {
    store,
    url: database.url,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** A private PostgreSQL in a directory of its own, removed at the end. */
export async function openOwnTestStore(): Promise<OwnTestStore> {
  const options = await clusterOptions();
  const store = await openStore({ kind: 'private', cluster: options });
  return {
    store,
    options,
    url: databaseUrl(store.cluster?.socketDir ?? '', 'postgres'),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await store.cluster?.stop();
      await rm(options.runtimeDir, { recursive: true, force: true });
    },
  };
}
