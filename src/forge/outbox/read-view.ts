import { type Kysely, sql } from 'kysely';
import type { NeedsApproval } from '../../recipe/approval/types.ts';
import type { RunResults } from '../../results/schema.ts';
import type { RequestRow, Tables } from '../../store/schema.ts';
import type { ReportView, RequestView } from '../report/types.ts';
import type { Ended } from '../report/why.ts';
import type { CommitStatus, StatusState } from '../types.ts';
import { readDiagnosisView } from './read-diagnosis.ts';
import { isFull } from './tell.ts';

const OPEN: readonly RequestRow['state'][] = ['queued', 'held', 'running'];

export const STATUS_CONTEXT = 'cc-ci/testme';

/** Where runs are shown, and what they found. */
export interface Runs {
  /** The address of a run’s files, with a slash at its end. */
  link(runId: string): string | undefined;
  /** The run's results; undefined where they cannot be had. */
  results(runId: string): Promise<RunResults | undefined>;
}

interface Place {
  readonly forge: string;
  readonly repository_id: number;
  readonly pull_request: number;
}

/** What there is to say on a pull request at this moment; undefined when nothing was ever asked for there. */
export async function readView(
  db: Kysely<Tables>,
  { forge, repository_id, pull_request }: Place,
  runs: Runs,
): Promise<ReportView | undefined> {
  const rows = await db
    .selectFrom('requests')
    .selectAll()
    .where((eb) => eb.and({ forge, repository_id, pull_request }))
    .where('parent_id', 'is', null)
    .orderBy('id', 'desc')
    .execute();
  const [newest, ...older] = rows;
  if (newest === undefined) return undefined;
  const previous = older.find(({ verdict }) => verdict === 'success' || verdict === 'failure');
  const ended = newest.state === 'done' || newest.state === 'cancelled';
  return {
    request: viewOf(newest),
    ahead: newest.state === 'queued' ? await countAhead(db, newest) : 0,
    results: ended && newest.run_id !== null ? await runs.results(newest.run_id) : undefined,
    diagnosis: newest.state === 'done' ? await readDiagnosisView(db, newest.id, runs) : undefined,
    missingLabels: newest.state === 'queued' ? await missingLabels(db, newest) : undefined,
    stillOpen: older.filter(({ state }) => OPEN.includes(state)).map(viewOf),
    previous: previous === undefined ? undefined : viewOf(previous),
    linkOf: (runId) => runs.link(runId),
  };
}

/** The last request of a pull request that ended with a verdict. */
export async function readEnded(
  db: Kysely<Tables>,
  { forge, repository_id, pull_request }: Place,
  runs: Runs,
): Promise<Ended | undefined> {
  const row = await db
    .selectFrom('requests')
    .selectAll()
    .where((eb) => eb.and({ forge, repository_id, pull_request, state: 'done' }))
    .where('parent_id', 'is', null)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    sha: row.sha,
    verdict: row.verdict ?? 'error',
    sentence: row.sentence ?? undefined,
    results: row.run_id === null ? undefined : await runs.results(row.run_id),
    link: row.run_id === null ? undefined : runs.link(row.run_id),
    diagnosis: await readDiagnosisView(db, row.id, runs),
  };
}

/** The status of a commit, by its newest full request: an older one never speaks after it. */
export async function readStatus(
  db: Kysely<Tables>,
  of: { readonly forge: string; readonly repository_id: number; readonly sha: string },
  runs: Runs,
): Promise<CommitStatus | undefined> {
  const rows = await db
    .selectFrom('requests')
    .selectAll()
    .where((eb) => eb.and({ forge: of.forge, repository_id: of.repository_id, sha: of.sha }))
    .where('parent_id', 'is', null)
    .orderBy('id', 'desc')
    .execute();
  const newest = rows.find(({ options }) => isFull(options));
  if (newest === undefined) return undefined;
  const [state, description] = statusOf(newest);
  const targetUrl = newest.run_id === null ? undefined : runs.link(newest.run_id);
  return { context: STATUS_CONTEXT, state, description, targetUrl: targetUrl ?? '' };
}

function statusOf({ state, verdict, level, held_by }: RequestRow): readonly [StatusState, string] {
  switch (state) {
    case 'queued':
      return ['pending', 'waiting'];
    case 'running':
      return ['pending', 'running'];
    case 'held':
      return ['pending', held_by === null ? 'needs approval' : 'held'];
    case 'superseded':
      return ['error', 'not run: a newer request took its place'];
    case 'cancelled':
      return ['error', 'cancelled'];
    case 'done':
      if (verdict === 'success' || verdict === 'failure') return [verdict, `level ${level ?? 0} of 5`];
      return ['error', 'no verdict: see the report'];
    default: {
      const never: never = state;
      return never;
    }
  }
}

/** How many wait longer, of what is as urgent. Fairness may let others go first: it is a guess for people. */
async function countAhead(db: Kysely<Tables>, { id, priority }: RequestRow): Promise<number> {
  const { ahead } = await db
    .selectFrom('requests')
    .select(({ fn }) => fn.countAll<number>().as('ahead'))
    .where('state', '=', 'queued')
    .where('id', '<', id)
    .where('priority', '>=', priority)
    .executeTakeFirstOrThrow();
  return ahead;
}

/** The labels that a request needs, where no worker that lives has them all. */
async function missingLabels(db: Kysely<Tables>, { labels }: RequestRow): Promise<readonly string[] | undefined> {
  if (labels.length === 0) return undefined;
  const able = await db
    .selectFrom('workers')
    .select('id')
    .where('dead_at', 'is', null)
    .where(sql<boolean>`labels @> ${JSON.stringify(labels)}::jsonb`)
    .limit(1)
    .executeTakeFirst();
  return able === undefined ? labels : undefined;
}

function viewOf(row: RequestRow): RequestView {
  return {
    sha: row.sha,
    state: row.state,
    partial: !isFull(row.options),
    askedBy: row.asked_by,
    attempts: row.attempts,
    cancelAsked: row.cancel_asked,
    heldBy: row.held_by ?? undefined,
    findings: (row.findings ?? []) as readonly NeedsApproval[],
    runId: row.run_id ?? undefined,
    verdict: row.verdict ?? undefined,
    level: row.level ?? undefined,
    sentence: row.sentence ?? undefined,
  };
}
