import { type Expression, type ExpressionBuilder, type Kysely, type SqlBool, sql, type Transaction } from 'kysely';
import type { RequestRow, Tables } from '../store/schema.ts';
import type { Lease, NewRequest, Outcome, RequestOptions } from './types.ts';

/** Workers listen here; the payload is empty, since whoever wakes looks for himself. */
export const CHANNEL = 'cc_ci_queue';

/** A worker renews well within this; past it, it is taken for lost. Seconds. */
export const LEASE_SECONDS = 20;
/** A request whose workers were lost so often is not tried again: it may be what kills them. */
export const MOST_ATTEMPTS = 3;

type Db = Kysely<Tables> | Transaction<Tables>;

export interface Enqueued {
  readonly requestId: number;
  /** False when this comment had asked before. */
  readonly isNew: boolean;
  /** Requests for older pushes of the same pull request that were still waiting. */
  readonly superseded: readonly number[];
}

/** Puts a request into the queue, in the caller's transaction where there is one. One comment is one request. */
export async function enqueue(db: Db, request: NewRequest): Promise<Enqueued> {
  const row = await db
    .insertInto('requests')
    .values({
      forge: request.forge,
      repository_id: request.repositoryId,
      pull_request: request.pullRequest,
      recipe: request.recipe,
      sha: request.sha,
      options: JSON.stringify(request.options),
      asked_by: request.askedBy,
      comment_id: request.commentId ?? null,
      domain: request.domain,
      state: 'queued',
      priority: request.priority ?? 0,
      labels: JSON.stringify(request.runsOn ?? []),
      worker_id: null,
      lease_until: null,
      run_id: null,
      verdict: null,
      level: null,
      sentence: null,
      started_at: null,
      ended_at: null,
    })
    .onConflict((conflict) =>
      conflict.columns(['forge', 'repository_id', 'comment_id']).where('comment_id', 'is not', null).doNothing(),
    )
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) {
    const earlier = await db
      .selectFrom('requests')
      .select('id')
      .where('forge', '=', request.forge)
      .where('repository_id', '=', request.repositoryId)
      .where('comment_id', '=', request.commentId ?? null)
      .executeTakeFirstOrThrow();
    return { requestId: earlier.id, isNew: false, superseded: [] };
  }
  const superseded = await db
    .updateTable('requests')
    .set({ state: 'superseded', ended_at: sql<Date>`now()` })
    .where('forge', '=', request.forge)
    .where('repository_id', '=', request.repositoryId)
    .where('pull_request', '=', request.pullRequest)
    .where('state', 'in', ['queued', 'held'])
    .where('id', '<', row.id)
    // Some tiers are no verdict on the commit: they do not take the place of a run that gives one.
    .$if(request.options.tiers !== 'all', (query) =>
      query.where((eb) =>
        eb.or([
          eb('sha', '!=', request.sha),
          sql<boolean>`options->'tiers' <> '"all"'::jsonb`,
          eb('parent_id', 'is not', null),
        ]),
      ),
    )
    .returning('id')
    .execute();
  // Whose fault an older verdict is can wait: what people ask for goes first.
  await db
    .updateTable('requests')
    .set({ cancel_asked: true })
    .where('forge', '=', request.forge)
    .where('repository_id', '=', request.repositoryId)
    .where('pull_request', '=', request.pullRequest)
    .where('state', '=', 'running')
    .where('parent_id', 'is not', null)
    .execute();
  await notify(db);
  return { requestId: row.id, isNew: true, superseded: superseded.map(({ id }) => id) };
}

/**
 * Takes the next request for a worker; undefined when there is none that may run now. Fair across recipes: the one with
 * the fewest runs going comes first, then the one that has waited longest since its last start. The clock is the
 * database's alone.
 */
export async function claim(db: Kysely<Tables>, workerId: number): Promise<Lease | undefined> {
  return db.transaction().execute(async (tx) => {
    // One claim at a time: two would not see each other's choice of a domain.
    await sql`select pg_advisory_xact_lock(hashtext(${CHANNEL}))`.execute(tx);
    const alive = await tx
      .selectFrom('workers')
      .select('labels')
      .where('id', '=', workerId)
      .where('dead_at', 'is', null)
      .executeTakeFirst();
    if (alive === undefined) return undefined;
    const next = await sql<RequestRow>`
      select waiting.* from requests waiting
      where waiting.state = 'queued'
        and (waiting.not_before is null or waiting.not_before <= now())
        and waiting.labels <@ ${JSON.stringify(alive.labels)}::jsonb
        and not exists (select from requests live where live.state = 'running' and live.domain = waiting.domain)
        -- What is run to find whose fault it is shares its worker with nothing, so that nothing else can be the cause.
        and not exists (
          select from requests beside
          where beside.state = 'running' and beside.worker_id = ${workerId}
            and (beside.parent_id is not null or waiting.parent_id is not null))
      order by
        waiting.priority desc,
        (select count(*) from requests live where live.state = 'running' and live.recipe = waiting.recipe),
        (select max(past.started_at) from requests past where past.recipe = waiting.recipe) nulls first,
        waiting.queued_at, waiting.id
      limit 1
      for update of waiting skip locked`.execute(tx);
    const [row] = next.rows;
    if (row === undefined) return undefined;
    const taken = await tx
      .updateTable('requests')
      .set({
        state: 'running',
        worker_id: workerId,
        fence: sql`fence + 1`,
        attempts: sql`attempts + 1`,
        lease_until: leaseEnd(),
        sentence: null,
        started_at: sql<Date>`now()`,
      })
      .where('id', '=', row.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return leaseOf(taken);
  });
}

export type Renewal = 'held' | 'cancel' | 'lost';

/** Extends a lease. `cancel`: still held, and someone asked for its end. `lost`: it is someone else's now; write nothing. */
export async function renew(db: Db, lease: Lease): Promise<Renewal> {
  const row = await db
    .updateTable('requests')
    .set({ lease_until: leaseEnd() })
    .where('id', '=', lease.requestId)
    .where('fence', '=', lease.fence)
    .where('state', '=', 'running')
    .returning('cancel_asked')
    .executeTakeFirst();
  return row === undefined ? 'lost' : row.cancel_asked ? 'cancel' : 'held';
}

/** Ends a request with its outcome. False when the lease was lost meanwhile: then nothing was written. */
export async function finish(db: Db, lease: Lease, outcome: Outcome): Promise<boolean> {
  const row = await db
    .updateTable('requests')
    .set({
      state: outcome.verdict === 'cancelled' ? 'cancelled' : 'done',
      worker_id: null,
      lease_until: null,
      ended_at: sql<Date>`now()`,
      run_id: outcome.runId ?? null,
      verdict: outcome.verdict,
      level: outcome.level,
      sentence: outcome.sentence,
      fault: outcome.fault ?? null,
      failed_tiers: outcome.failedTiers === undefined ? null : JSON.stringify(outcome.failedTiers),
    })
    .where('id', '=', lease.requestId)
    .where('fence', '=', lease.fence)
    .where('state', '=', 'running')
    .returning('id')
    .executeTakeFirst();
  if (row !== undefined) await notify(db);
  return row !== undefined;
}

/** Records which run a request became, so that it can be found while it goes on. */
export async function setRun(db: Db, lease: Lease, runId: string): Promise<boolean> {
  const row = await db
    .updateTable('requests')
    .set({ run_id: runId })
    .where('id', '=', lease.requestId)
    .where('fence', '=', lease.fence)
    .where('state', '=', 'running')
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export interface Expired {
  readonly requestId: number;
  readonly next: 'queued' | 'error' | 'cancelled';
}

/**
 * Takes back every request whose lease has ended: it waits again, or ends as an error once that was tried often enough.
 * `tell` has it told in the same transaction, so that nobody is left with an older word about it.
 */
export async function takeBackExpired(
  db: Kysely<Tables>,
  tell: Tell = async () => undefined,
): Promise<readonly Expired[]> {
  return takeBack(db, tell, (eb) => eb('lease_until', '<', sql<Date>`now()`));
}

/** Takes back what one worker has, whose end is known for sure: its leases are not waited for. */
export async function takeBackFrom(db: Kysely<Tables>, workerId: number, tell: Tell): Promise<readonly Expired[]> {
  return takeBack(db, tell, (eb) => eb('worker_id', '=', workerId));
}

type Tell = (tx: Transaction<Tables>, requestId: number) => Promise<void>;

async function takeBack(
  db: Kysely<Tables>,
  tell: Tell,
  isLost: (eb: ExpressionBuilder<Tables, 'requests'>) => Expression<SqlBool>,
): Promise<readonly Expired[]> {
  return db.transaction().execute(async (tx) => {
    const lost = await tx
      .selectFrom('requests')
      .select(['id', 'attempts', 'cancel_asked'])
      .where('state', '=', 'running')
      .where(isLost)
      .forUpdate()
      .skipLocked()
      .execute();
    const expired: Expired[] = [];
    for (const { id, attempts, cancel_asked } of lost) {
      const next = cancel_asked ? 'cancelled' : attempts >= MOST_ATTEMPTS ? 'error' : 'queued';
      const ended =
        next === 'queued'
          ? { state: 'queued' as const, started_at: null, run_id: null }
          : {
              state: next === 'cancelled' ? ('cancelled' as const) : ('done' as const),
              ended_at: sql<Date>`now()`,
              verdict: next,
              level: 0,
              sentence:
                next === 'cancelled' ? 'cancelled, and its worker was lost' : `its worker was lost ${attempts} times`,
            };
      await tx
        .updateTable('requests')
        .set({ worker_id: null, lease_until: null, fence: sql`fence + 1`, ...ended })
        .where('id', '=', id)
        .execute();
      await tell(tx, id);
      expired.push({ requestId: id, next });
    }
    if (expired.length > 0) await notify(tx);
    return expired;
  });
}

/** Ends what waits for a pull request at once, and asks what runs for its end. Returns the ids of both. */
export async function cancelPullRequest(
  db: Db,
  key: { readonly forge: string; readonly repositoryId: number; readonly pullRequest: number },
): Promise<{ readonly waiting: readonly number[]; readonly running: readonly number[] }> {
  const of = { forge: key.forge, repository_id: key.repositoryId, pull_request: key.pullRequest };
  const waiting = await db
    .updateTable('requests')
    .set({ state: 'cancelled', ended_at: sql<Date>`now()`, verdict: 'cancelled' })
    .where((eb) => eb.and(of))
    .where('state', 'in', ['queued', 'held'])
    .returning('id')
    .execute();
  const running = await db
    .updateTable('requests')
    .set({ cancel_asked: true })
    .where((eb) => eb.and({ ...of, state: 'running' }))
    .returning('id')
    .execute();
  await notify(db);
  return { waiting: waiting.map(({ id }) => id), running: running.map(({ id }) => id) };
}

/** Wakes whoever listens, once the transaction is committed. */
export async function notify(db: Db): Promise<void> {
  await sql`select pg_notify(${CHANNEL}, '')`.execute(db);
}

function leaseEnd() {
  return sql<Date>`now() + make_interval(secs => ${LEASE_SECONDS})`;
}

function leaseOf(row: RequestRow): Lease {
  return {
    requestId: row.id,
    fence: row.fence,
    attempt: row.attempts,
    waitedSeconds: ((row.started_at ?? row.queued_at).getTime() - row.queued_at.getTime()) / 1000,
    subject: row.subject ?? undefined,
    request: {
      forge: row.forge,
      repositoryId: row.repository_id,
      pullRequest: row.pull_request,
      recipe: row.recipe,
      sha: row.sha,
      options: row.options as RequestOptions,
      askedBy: row.asked_by,
      commentId: row.comment_id ?? undefined,
      domain: row.domain,
      runsOn: row.labels,
      priority: row.priority,
    },
  };
}
