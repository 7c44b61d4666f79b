import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import * as server from '../../src/store/migrations/0001-server.ts';
import { migrate } from '../../src/store/migrations/migrate.ts';
import { choosePostgres } from '../../src/store/postgres/binaries.ts';
import { type ClusterOptions, openCluster } from '../../src/store/postgres/cluster.ts';
import type { Tables } from '../../src/store/schema.ts';
import { openStore } from '../../src/store/store.ts';
import { WITHIN } from '../support/within.ts';
import { clusterOptions } from './support/place.ts';

async function freshOptions(): Promise<ClusterOptions> {
  const options = await clusterOptions();
  onTestFinished(async () => {
    const cluster = await openCluster(options).catch(() => undefined);
    await cluster?.stop();
    await rm(options.runtimeDir, { recursive: true, force: true });
  });
  return options;
}

const postmaster = async ({ directory }: ClusterOptions) =>
  Number((await readFile(join(directory, 'data/postmaster.pid'), 'utf8')).split('\n')[0]);

test('a private PostgreSQL is made once, taken over when it runs, and started when it does not', async () => {
  const options = await freshOptions();
  const both = await Promise.all([openCluster(options), openCluster(options)]);
  expect(both.map(({ how }) => how).toSorted()).toEqual(['adopted', 'created']);
  const pid = await postmaster(options);
  expect((await openCluster(options)).how).toBe('adopted');
  expect(await postmaster(options)).toBe(pid);
  await both[0]?.stop();
  expect((await openCluster(options)).how).toBe('started');
});

test('it is not run by root, listens on no network, and only its owner reaches it', async () => {
  const options = await freshOptions();
  const cluster = await openCluster(options);
  const pid = await postmaster(options);
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  expect(/^Uid:\t(?<uid>\d+)/m.exec(status)?.groups?.['uid']).not.toBe('0');
  const client = new pg.Client({ host: cluster.socketDir, user: cluster.user, database: cluster.database });
  await client.connect();
  const shown = await client.query<{ listen_addresses: string }>('show listen_addresses');
  expect(shown.rows[0]?.listen_addresses).toBe('');
  await client.end();
});

test('what was committed is there after it was killed, and the next start takes care of what it left', async () => {
  const options = await freshOptions();
  {
    await using store = await openStore({ kind: 'private', cluster: options });
    await store.db.insertInto('deliveries').values({ id: 'kept' }).execute();
  }
  process.kill(await postmaster(options), 'SIGKILL');
  await using store = await openStore({ kind: 'private', cluster: options });
  expect(store.cluster?.how).toBe('started');
  expect(await store.db.selectFrom('deliveries').select('id').execute()).toEqual([{ id: 'kept' }]);
});

test('a transaction that is open when it is killed fails, and the program goes on', async () => {
  const options = await freshOptions();
  await using store = await openStore({ kind: 'private', cluster: options });
  const pid = await postmaster(options);
  const cut = store.db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
    process.kill(pid, 'SIGKILL');
    // Nothing is asked of the connection while it breaks: nobody but the pool is there to hear of it.
    await vi.waitUntil(() => !existsSync(`/proc/${rows[0]?.pid}`), WITHIN);
    await setImmediate();
    await tx.insertInto('deliveries').values({ id: 'lost' }).execute();
  });
  await expect(cut).rejects.toThrow();
  await openCluster(options);
  expect(await store.db.selectFrom('deliveries').select('id').execute()).toEqual([]);
});

test('a first start that was cut short is begun again', async () => {
  const options = await freshOptions();
  const cluster = await openCluster(options);
  await cluster.stop();
  await rm(join(options.directory, 'data'), { recursive: true });
  await writeFile(join(options.directory, 'data.new'), 'half');
  expect((await openCluster(options)).how).toBe('created');
});

test('data of another major version is refused with what to install', () => {
  expect(() => choosePostgres([{ major: 17, bin: '' }], 15)).toThrow(/PostgreSQL 15; installed: 17/);
  expect(() => choosePostgres([], undefined)).toThrow(/PostgreSQL 15 or newer; none is installed/);
  expect(
    choosePostgres(
      [
        { major: 17, bin: 'b' },
        { major: 15, bin: 'a' },
      ],
      15,
    ),
  ).toMatchObject({ bin: 'a' });
  expect(
    choosePostgres(
      [
        { major: 17, bin: 'b' },
        { major: 15, bin: 'a' },
      ],
      undefined,
    ),
  ).toMatchObject({ bin: 'b' });
});

test('migrations run once, whoever begins, and a database of a newer program is refused', async () => {
  const options = await freshOptions();
  const cluster = await openCluster(options);
  const open = () =>
    new Kysely<Tables>({
      dialect: new PostgresDialect({
        pool: new pg.Pool({ host: cluster.socketDir, user: cluster.user, database: cluster.database }),
      }),
    });
  const dbs = [open(), open(), open()];
  const first = { '0001-server': { up: server.up } };
  const done = await Promise.all(dbs.map((db) => migrate(db, first)));
  expect(done.flat()).toEqual(['0001-server']);
  const [db] = dbs;
  if (db === undefined) throw new Error('no database');
  expect(await migrate(db, first)).toEqual([]);
  await expect(migrate(db, {})).rejects.toMatchObject({ code: 'E_STORE_NEWER', message: /0001-server/ });
  const broken = {
    up: async (inner: Kysely<unknown>) => {
      await inner.schema.createTable('half').addColumn('x', 'text').execute();
      throw new Error('no such luck');
    },
  };
  await expect(migrate(db, { ...first, '0002-broken': broken })).rejects.toMatchObject({
    code: 'E_STORE_MIGRATION',
    message: expect.stringContaining('no such luck'),
  });
  expect((await db.introspection.getTables()).map(({ name }) => name)).not.toContain('half');
  await Promise.all(dbs.map((one) => one.destroy()));
});
