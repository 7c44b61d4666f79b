import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { CodedError, messageOf } from '../base/errors.ts';
import { migrate } from './migrations/migrate.ts';
import { OLDEST_MAJOR } from './postgres/binaries.ts';
import { type Cluster, type ClusterOptions, openCluster } from './postgres/cluster.ts';
import type { Tables } from './schema.ts';

/** The server's database: an index over runs and what is still to be done, never the truth about a run. */
export interface Store extends AsyncDisposable {
  readonly db: Kysely<Tables>;
  /** A connection of its own, for `LISTEN`. The caller ends it. */
  connect(): Promise<pg.Client>;
  /** One connection that other work cannot keep busy, for what has to be written in time. The caller destroys it. */
  reserve(): Kysely<Tables>;
  /** Undefined where the operator gave a PostgreSQL of their own. */
  readonly cluster: Cluster | undefined;
}

export type StoreHome =
  | { readonly kind: 'private'; readonly cluster: ClusterOptions }
  /** `DATABASE_URL`; its password never shows in an error. */
  | { readonly kind: 'given'; readonly url: string };

/** Who writes in time has to hear in time that it cannot. */
const RESERVED_MS = 4000;

/** Opens the store and brings its schema up to date. Ends with the store; a private PostgreSQL goes on unless it is stopped. */
export async function openStore(home: StoreHome): Promise<Store> {
  const cluster = home.kind === 'private' ? await openCluster(home.cluster) : undefined;
  const config: pg.PoolConfig =
    home.kind === 'given'
      ? { connectionString: home.url }
      : { host: cluster?.socketDir, user: cluster?.user, database: cluster?.database };
  const types = { getTypeParser };
  const pool = openPool({ ...config, types, max: 8, application_name: 'cc-ci', connectionTimeoutMillis: 10_000 });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  try {
    await checkVersion(pool);
    await migrate(db);
  } catch (error: unknown) {
    await db.destroy();
    throw error;
  }
  return {
    db,
    cluster,
    async connect() {
      const client = new pg.Client({ ...config, types, application_name: 'cc-ci listen' });
      client.on('error', () => undefined);
      await client.connect();
      return client;
    },
    reserve() {
      const reserved = { ...config, types, max: 1, connectionTimeoutMillis: RESERVED_MS, query_timeout: RESERVED_MS };
      const one = openPool({ ...reserved, application_name: 'cc-ci worker' });
      return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: one }) });
    },
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}

/**
 * A connection that breaks is replaced by the pool, and whatever is asked of it next fails. Its own error, unheard, would
 * end the program: while it is idle the pool has it, and between two queries of a transaction nobody.
 */
function openPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

async function checkVersion(pool: pg.Pool): Promise<void> {
  let version: string;
  try {
    version =
      (await pool.query<{ server_version_num: string }>('show server_version_num')).rows[0]?.server_version_num ?? '0';
  } catch (error: unknown) {
    throw new CodedError({
      code: 'E_STORE_UNREACHABLE',
      message: `the server's database does not answer: ${messageOf(error)}`,
      fault: 'infrastructure',
      hint: 'check DATABASE_URL when it is set; else the log is postgres.log below the state directory',
    });
  }
  const major = Math.trunc(Number(version) / 10_000);
  if (major >= OLDEST_MAJOR) return;
  throw new CodedError({
    code: 'E_STORE_VERSION',
    message: `DATABASE_URL leads to PostgreSQL ${major}; ${OLDEST_MAJOR} or newer is needed`,
    fault: 'usage',
  });
}

const INT8: number = pg.types.builtins.INT8;

/** Ids are 64-bit in the database and far below 2^53 in life: they are numbers here. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === INT8 ? Number : pg.types.getTypeParser(oid, format);
