import type { Kysely } from 'kysely';

/** Which account a name in the settings meant when it was first seen: names can be given up and taken by somebody else. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('pinned_accounts')
    .addColumn('forge', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('account_id', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('pinned_accounts_key', ['forge', 'name'])
    .execute();
}
