import type { Kysely } from 'kysely';

/** Requests that were put back after trouble wait for it to pass. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('requests').addColumn('not_before', 'timestamptz').execute();
}
