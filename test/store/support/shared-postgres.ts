import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import pg from 'pg';
import { openCluster } from '../../../src/store/postgres/cluster.ts';
import { openStore } from '../../../src/store/store.ts';
import { clusterOptions, databaseUrl } from './place.ts';

/** Names the directory of the socket of the PostgreSQL that the tests share, to the processes that run them. */
const SHARED = 'CC_CI_TEST_POSTGRES';
/** The database with our schema that every test's is made from. */
const TEMPLATE = 'template_cc_ci';
/** Some files at a time, each with a store or two; the one of a server is for a single one. */
const CONNECTIONS = 200;

/**
 * Set-up of the tests that need a store: one PostgreSQL for all of them, and a database with the schema to copy. Nobody kills it;
 * what it loses with the power nobody wants back.
 */
export async function setup(): Promise<() => Promise<void>> {
  const options = await clusterOptions();
  const first = await openCluster(options);
  await ask(databaseUrl(first.socketDir, first.database), [
    `alter system set max_connections = ${CONNECTIONS}`,
    'alter system set fsync = off',
  ]);
  await first.stop();
  const cluster = await openCluster(options);
  const admin = databaseUrl(cluster.socketDir, cluster.database);
  await ask(admin, [`create database ${TEMPLATE}`]);
  const store = await openStore({ kind: 'given', url: databaseUrl(cluster.socketDir, TEMPLATE) });
  await store[Symbol.asyncDispose]();
  process.env[SHARED] = cluster.socketDir;
  return async () => {
    delete process.env[SHARED];
    await cluster.stop();
    await rm(options.runtimeDir, { recursive: true, force: true });
  };
}

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
}

/** A new database with our schema on the shared PostgreSQL, dropped at the end; undefined where nothing is shared. */
export async function createDatabase(): Promise<TestDatabase | undefined> {
  const socketDir = process.env[SHARED];
  if (socketDir === undefined) return undefined;
  const admin = databaseUrl(socketDir, 'postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await ask(admin, [`create database ${name} template ${TEMPLATE}`]);
  return {
    url: databaseUrl(socketDir, name),
    // Who listens may be connected a moment longer.
    [Symbol.asyncDispose]: () => ask(admin, [`drop database ${name} with (force)`]),
  };
}

async function ask(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
