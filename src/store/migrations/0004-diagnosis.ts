import { type Kysely, sql } from 'kysely';

/** Runs that find whose fault a red verdict is: requests of nobody's asking, with the one that they explain. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('requests')
    .addColumn('parent_id', 'bigint', (column) => column.references('requests.id'))
    .addColumn('subject', 'text', (column) => column.check(sql`subject in ('head', 'base')`))
    .addColumn('fault', 'text')
    .addColumn('failed_tiers', 'jsonb')
    .execute();
  await db.schema
    .alterTable('requests')
    .addCheckConstraint('requests_diagnosis', sql`(parent_id is null) = (subject is null)`)
    .execute();
  await sql`create index requests_parent on requests (parent_id) where parent_id is not null`.execute(db);
}
