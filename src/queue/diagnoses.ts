import type { Kysely, Transaction } from 'kysely';
import { Tier, VerdictName } from '../results/schema.ts';
import type { RequestRow, Tables } from '../store/schema.ts';
import { type Decision, diagnose, type Ending, type Repeat, type Subject } from './diagnosis.ts';
import { notify } from './requests.ts';
import type { RequestOptions } from './types.ts';

/** Less than what people ask for. */
const PRIORITY = -1;

/** How far the search for whose fault a verdict is has come. */
export interface Diagnosis {
  readonly first: RequestRow;
  readonly repeats: readonly RequestRow[];
  /** Undefined while a repeat waits or runs. */
  readonly decision: Decision | undefined;
}

/**
 * Queues what has to be run next to find whose fault a red verdict is, once a request of it has ended. Call it in the
 * transaction that ends it. Nothing is queued for a verdict that is not red, that was not to be looked into, or that a
 * newer request has made old. `base` is the commit that the change was made on, where there is one.
 */
export async function continueDiagnosis(
  tx: Transaction<Tables>,
  requestId: number,
  base: string | undefined,
): Promise<Subject | undefined> {
  const { parent_id } = await rowOf(tx, requestId);
  const found = await readDiagnosis(tx, parent_id ?? requestId, base !== undefined);
  if (found?.decision?.next !== 'run' || (await isOld(tx, found.first))) return undefined;
  const { first, decision } = found;
  const { subject } = decision;
  const sha = subject === 'base' ? base : first.sha;
  if (sha === undefined) return undefined;
  await tx
    .insertInto('requests')
    .values({
      forge: first.forge,
      repository_id: first.repository_id,
      pull_request: first.pull_request,
      recipe: first.recipe,
      sha,
      options: JSON.stringify(first.options),
      // Nobody did.
      asked_by: 'cc-ci',
      comment_id: null,
      domain: first.domain,
      state: 'queued',
      priority: PRIORITY,
      labels: JSON.stringify(first.labels),
      worker_id: null,
      lease_until: null,
      run_id: null,
      verdict: null,
      level: null,
      sentence: null,
      started_at: null,
      ended_at: null,
      parent_id: first.id,
      subject,
    })
    .execute();
  await notify(tx);
  return subject;
}

/** How far the search for whose fault a verdict is has come; undefined where there is none. */
export async function readDiagnosis(
  db: Kysely<Tables> | Transaction<Tables>,
  requestId: number,
  hasBase: boolean,
): Promise<Diagnosis | undefined> {
  const first = await rowOf(db, requestId);
  const isRed = first.verdict === 'failure' && first.fault !== 'infrastructure';
  if (!isRed || (first.options as RequestOptions).diagnose === false) return undefined;
  const repeats = await db
    .selectFrom('requests')
    .selectAll()
    .where('parent_id', '=', requestId)
    .orderBy('id')
    .execute();
  if (repeats.some(({ ended_at }) => ended_at === null)) return { first, repeats, decision: undefined };
  return { first, repeats, decision: diagnose(endingOf(first), repeats.map(repeatOf), hasBase) };
}

async function isOld(tx: Transaction<Tables>, first: RequestRow): Promise<boolean> {
  const newer = await tx
    .selectFrom('requests')
    .select('id')
    .where('forge', '=', first.forge)
    .where('repository_id', '=', first.repository_id)
    .where('pull_request', '=', first.pull_request)
    .where('parent_id', 'is', null)
    .where('id', '>', first.id)
    .limit(1)
    .executeTakeFirst();
  return newer !== undefined;
}

function rowOf(db: Kysely<Tables> | Transaction<Tables>, id: number): Promise<RequestRow> {
  return db.selectFrom('requests').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

function repeatOf(row: RequestRow): Repeat {
  return { ...endingOf(row), subject: row.subject ?? 'head' };
}

function endingOf(row: RequestRow): Ending {
  const began = row.started_at ?? row.ended_at;
  return {
    // One that never ran, because a newer request took its place, has no verdict.
    verdict: VerdictName.catch('cancelled').parse(row.verdict),
    fault: row.fault ?? undefined,
    failedTiers: Tier.array().catch([]).parse(row.failed_tiers),
    ms: began === null || row.ended_at === null ? 0 : row.ended_at.getTime() - began.getTime(),
  };
}
