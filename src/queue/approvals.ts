import { type Kysely, sql, type Transaction } from 'kysely';
import type { NeedsApproval } from '../recipe/approval/types.ts';
import type { RequestState, Tables } from '../store/schema.ts';
import { notify } from './requests.ts';
import type { Lease, NewRequest } from './types.ts';

type Db = Kysely<Tables> | Transaction<Tables>;
type Place = Pick<NewRequest, 'forge' | 'repositoryId' | 'pullRequest'>;

/**
 * Whether somebody trusted has allowed what needs approval for exactly this commit of this pull request. A worker asks
 * after each claim, and starts the run with `--require-approval`, and with `--approved <sha>` when this is true; nothing is
 * remembered between claims. A run that ends with `E_NEEDS_APPROVAL` goes to `hold`.
 */
export async function isApproved(db: Db, request: Place & Pick<NewRequest, 'sha'>): Promise<boolean> {
  const row = await db
    .selectFrom('approvals')
    .select('sha')
    .where((eb) => eb.and({ ...columns(request), sha: request.sha }))
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Puts a claimed request aside until its commit is approved, with what was found. It has not run, so its claim is no
 * attempt. Where its end was asked for meanwhile, it ends instead. False when the lease was lost: then nothing was written.
 * Somebody who approved meanwhile has seen another list, or none: the request waits all the same.
 */
export async function hold(db: Db, lease: Lease, findings: readonly NeedsApproval[]): Promise<boolean> {
  const row = await db
    .updateTable('requests')
    .set({
      state: sql<RequestState>`case when cancel_asked then 'cancelled' else 'held' end`,
      verdict: sql<string | null>`case when cancel_asked then 'cancelled' end`,
      ended_at: sql<Date | null>`case when cancel_asked then now() end`,
      findings: JSON.stringify(findings),
      attempts: sql`attempts - 1`,
      worker_id: null,
      lease_until: null,
      started_at: null,
      run_id: null,
    })
    .where('id', '=', lease.requestId)
    .where('fence', '=', lease.fence)
    .where('state', '=', 'running')
    .returning('id')
    .executeTakeFirst();
  // Its domain is free again.
  if (row !== undefined) await notify(db);
  return row !== undefined;
}

export type Approval =
  | { readonly outcome: 'approved'; readonly requestIds: readonly number[] }
  /** What was shown is of another commit than the head: it will not run. */
  | { readonly outcome: 'void'; readonly sha: string; readonly requestIds: readonly number[] }
  | { readonly outcome: 'nothing' };

/**
 * Allows what the held requests of a pull request need, for the commit `head` alone, and lets them run. Only what was shown
 * can be allowed: without a held request of that commit nothing is. Held requests of older commits end.
 */
export async function approve(tx: Transaction<Tables>, place: Place, head: string, by: string): Promise<Approval> {
  const held = await tx
    .selectFrom('requests')
    .select(['id', 'sha'])
    .where((eb) => eb.and({ ...columns(place), state: 'held' }))
    .where('findings', 'is not', null)
    // What somebody holds back stays so, also where it was approved before.
    .where('held_by', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute();
  const [first] = held;
  if (first === undefined) return { outcome: 'nothing' };
  const older = held.filter(({ sha }) => sha !== head).map(({ id }) => id);
  if (older.length > 0) {
    await tx
      .updateTable('requests')
      .set({ state: 'superseded', ended_at: sql<Date>`now()` })
      .where('id', 'in', older)
      .execute();
  }
  const ours = held.filter(({ sha }) => sha === head).map(({ id }) => id);
  if (ours.length === 0) return { outcome: 'void', sha: first.sha, requestIds: older };
  await tx
    .insertInto('approvals')
    .values({ ...columns(place), sha: head, approved_by: by })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await tx.updateTable('requests').set({ state: 'queued' }).where('id', 'in', ours).execute();
  await notify(tx);
  return { outcome: 'approved', requestIds: [...ours, ...older] };
}

/** Keeps what waits for a pull request from starting until it is asked for again. Returns the requests that it holds. */
export async function holdBack(db: Db, place: Place, by: string): Promise<readonly number[]> {
  const rows = await db
    .updateTable('requests')
    .set({ state: 'held', held_by: by })
    .where((eb) => eb.and({ ...columns(place), state: 'queued' }))
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}

function columns(place: Place) {
  return { forge: place.forge, repository_id: place.repositoryId, pull_request: place.pullRequest };
}
