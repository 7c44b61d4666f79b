import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { CodedError, messageOf } from '../../base/errors.ts';
import type { Tables } from '../schema.ts';
import * as server from './0001-server.ts';
import * as held from './0002-held.ts';
import * as notBefore from './0003-not-before.ts';
import * as diagnosis from './0004-diagnosis.ts';
import * as labels from './0005-labels.ts';
import * as pinnedAccounts from './0006-pinned-accounts.ts';

/** Every migration ever released, by its name; their order is that of the names. One that is out is never changed. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-server': server,
  '0002-held': { up: held.up },
  '0003-not-before': { up: notBefore.up },
  '0004-diagnosis': { up: diagnosis.up },
  '0005-labels': { up: labels.up },
  '0006-pinned-accounts': { up: pinnedAccounts.up },
};

/**
 * Brings the database to the form that this program knows; returns the names of what was done. Run by several processes at
 * once it is done once: the database's own lock is held. `E_STORE_NEWER` when a newer program has been here.
 */
export async function migrate(
  db: Kysely<Tables>,
  migrations: Readonly<Record<string, Migration>> = MIGRATIONS,
): Promise<readonly string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  await refuseNewer(db, migrations);
  const { error, results = [] } = await migrator.migrateToLatest();
  const failed = results.find(({ status }) => status === 'Error');
  if (error !== undefined) {
    throw new CodedError({
      code: 'E_STORE_MIGRATION',
      message: `the database could not be brought to this version${failed === undefined ? '' : ` (${failed.migrationName})`}: ${messageOf(error)}`,
      fault: 'infrastructure',
      hint: 'nothing of this migration was kept; the database is as it was before',
      cause: error,
    });
  }
  return results.map(({ migrationName }) => migrationName);
}

async function refuseNewer(db: Kysely<Tables>, migrations: Readonly<Record<string, Migration>>): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === 'kysely_migration')) return;
  const done = await db
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select('name')
    .execute();
  const unknown = done.map(({ name }) => name).filter((name) => !Object.hasOwn(migrations, name));
  if (unknown.length === 0) return;
  throw new CodedError({
    code: 'E_STORE_NEWER',
    message: `the database was written by a newer cc-ci: it holds ${unknown.join(', ')}`,
    fault: 'usage',
    hint: 'run that newer version, or restore a backup that was made before it with `cc-ci restore`',
  });
}
