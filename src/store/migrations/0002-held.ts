import { type Kysely, sql } from 'kysely';

/** Requests that wait for a person: for an approval of what was found, or because somebody holds them back. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('requests').dropConstraint('requests_state_check').execute();
  await db.schema
    .alterTable('requests')
    .addCheckConstraint(
      'requests_state_check',
      sql`state in ('queued', 'held', 'running', 'done', 'superseded', 'cancelled')`,
    )
    .execute();
  await db.schema.alterTable('requests').addColumn('findings', 'jsonb').addColumn('held_by', 'text').execute();
}
