import { type Kysely, sql, type Transaction } from 'kysely';
import type { Tables } from '../store/schema.ts';
import { notify } from './requests.ts';
import type { Lease } from './types.ts';

/**
 * Puts a claimed request back: it waits again, and is not taken before the pause is over. A claim that was handed back
 * without a run (`counts` false) is no attempt. `why` is told while it waits. False when the lease was lost meanwhile: then nothing was written.
 */
export async function putBack(
  db: Kysely<Tables> | Transaction<Tables>,
  lease: Lease,
  { counts, pauseSeconds, why }: { readonly counts: boolean; readonly pauseSeconds: number; readonly why: string },
): Promise<boolean> {
  const row = await db
    .updateTable('requests')
    .set({
      state: 'queued',
      attempts: counts ? sql`attempts` : sql`attempts - 1`,
      worker_id: null,
      lease_until: null,
      started_at: null,
      run_id: null,
      sentence: why,
      not_before: sql<Date>`now() + make_interval(secs => ${pauseSeconds})`,
    })
    .where('id', '=', lease.requestId)
    .where('fence', '=', lease.fence)
    .where('state', '=', 'running')
    .returning('id')
    .executeTakeFirst();
  if (row !== undefined) await notify(db);
  return row !== undefined;
}
