import { type Kysely, sql } from 'kysely';

/** What a worker has to have for a request, copied from the recipe's settings when it was asked for. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('requests')
    .addColumn('labels', 'jsonb', (column) => column.notNull().defaultTo(sql`'[]'::jsonb`))
    .execute();
}
