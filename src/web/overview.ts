import { type Kysely, sql } from 'kysely';
import type { Tables } from '../store/schema.ts';

/** A request as the page shows it. */
export interface ShownRequest {
  readonly id: number;
  readonly recipe: string;
  readonly forge: string;
  readonly pullRequest: number;
  readonly sha: string;
  readonly askedBy: string;
  /** When it began to be what it is. */
  readonly since: Date;
  readonly runId: string | null;
  readonly verdict: string | null;
  readonly level: number | null;
  readonly sentence: string | null;
}

/** What the queue holds now. */
export interface Overview {
  readonly running: readonly ShownRequest[];
  /** In the order in which they were asked for; `waitingCount` says how many there are in all. */
  readonly waiting: readonly ShownRequest[];
  readonly waitingCount: number;
  /** The newest verdict of a full run of each recipe. */
  readonly latest: readonly ShownRequest[];
}

const MOST_WAITING = 50;

/** Reads what the front page shows. */
export async function readOverview(db: Kysely<Tables>): Promise<Overview> {
  const requests = () =>
    db
      .selectFrom('requests')
      .select(['id', 'recipe', 'forge', 'sha', 'verdict', 'level', 'sentence'])
      .select(['pull_request as pullRequest', 'asked_by as askedBy', 'run_id as runId']);
  const [running, waiting, count, latest] = await Promise.all([
    requests().select(sql<Date>`started_at`.as('since')).where('state', '=', 'running').orderBy('started_at').execute(),
    requests()
      .select('queued_at as since')
      .where('state', '=', 'queued')
      .orderBy('queued_at')
      .limit(MOST_WAITING)
      .execute(),
    db
      .selectFrom('requests')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('state', '=', 'queued')
      .executeTakeFirstOrThrow(),
    requests()
      .distinctOn('recipe')
      .select(sql<Date>`ended_at`.as('since'))
      .where('state', '=', 'done')
      .where('parent_id', 'is', null)
      .where(sql<boolean>`options ->> 'tiers' = 'all'`)
      .orderBy('recipe')
      .orderBy('ended_at', 'desc')
      .execute(),
  ]);
  return { running, waiting, waitingCount: count.count, latest };
}
