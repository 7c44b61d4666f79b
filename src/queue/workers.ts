import { type Kysely, sql } from 'kysely';
import type { Tables } from '../store/schema.ts';
import { LEASE_SECONDS } from './requests.ts';
import type { Worker } from './types.ts';

/** Makes a worker known under a new id: one that was declared dead never comes back under its old one. */
export async function registerWorker(db: Kysely<Tables>, worker: Worker): Promise<number> {
  const { id } = await db
    .insertInto('workers')
    .values({
      name: worker.name,
      slots: worker.slots,
      domain_suffix: worker.domainSuffix,
      labels: JSON.stringify(worker.labels),
      dead_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Says that a worker lives. False when it was declared dead meanwhile: it has to begin anew. */
export async function seenAlive(db: Kysely<Tables>, workerId: number): Promise<boolean> {
  const row = await db
    .updateTable('workers')
    .set({ seen_at: sql<Date>`now()` })
    .where('id', '=', workerId)
    .where('dead_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Declares workers dead that have not been seen for as long as a lease. Returns their ids. */
export async function buryWorkers(db: Kysely<Tables>): Promise<readonly number[]> {
  const rows = await db
    .updateTable('workers')
    .set({ dead_at: sql<Date>`now()` })
    .where('dead_at', 'is', null)
    .where('seen_at', '<', sql<Date>`now() - make_interval(secs => ${LEASE_SECONDS})`)
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}

/** A worker that ends in order is not waited for. */
export async function retireWorker(db: Kysely<Tables>, workerId: number): Promise<void> {
  await db
    .updateTable('workers')
    .set({ dead_at: sql<Date>`now()` })
    .where('id', '=', workerId)
    .where('dead_at', 'is', null)
    .execute();
}
