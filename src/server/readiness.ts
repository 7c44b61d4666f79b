import { type Kysely, sql } from 'kysely';
import { within } from '../base/deadline.ts';
import { messageOf } from '../base/errors.ts';
import { countOf } from '../base/text.ts';
import { LEASE_SECONDS } from '../queue/requests.ts';
import type { Tables } from '../store/schema.ts';
import { judgeParts, judgePulse, type Part, type Readiness } from '../web/health.ts';
import { type DiskSpace, judgeDisk } from './disk-space.ts';
import type { Loop } from './loop.ts';

export interface ReadinessOptions {
  readonly db: Kysely<Tables>;
  readonly loops: readonly Loop[];
  readonly problems: readonly { readonly recipe: string; readonly problem: string }[];
  /** What was left out of what forges say. */
  readonly notes?: readonly string[];
  readonly disk: () => Promise<DiskSpace>;
}

/** Each part answers within this, or is one that does not. All are asked at the same time. */
const PATIENCE_MS = 1500;

/**
 * Asks every part of the server whether it works: the database, a worker, the disk, and everything that is done again and again.
 * Answers within 2 s, whatever hangs.
 */
export async function lookAtReadiness({ db, loops, problems, notes = [], disk }: ReadinessOptions): Promise<Readiness> {
  const [database, space] = await Promise.all([
    within(PATIENCE_MS, lookAtDatabase(db)).catch(notAnswering('database')),
    within(
      PATIENCE_MS,
      disk().then((free) => [judgeDisk(free)]),
    ).catch(notAnswering('disk')),
  ]);
  const now = Date.now();
  const pulses = loops.map(({ name, everyMs, lastOk, problem }) =>
    judgePulse({ name, everyMs, lastOkMs: lastOk(), problem: problem() }, now),
  );
  const enrolment: Part = {
    name: 'enrolment',
    ok: problems.length === 0,
    detail: problems.map(({ recipe, problem }) => `${recipe}: ${problem}`).join('; ') || 'fits what is on the forges',
  };
  // Anybody who may write a comment can cause one: it is shown, and is no alarm.
  const leftOut = notes.length === 0 ? [] : [{ name: 'left out', ok: true, detail: notes.join('; ') }];
  return judgeParts([...database, ...space, ...pulses, enrolment, ...leftOut]);
}

/** Whoever asks while an answer is awaited gets that one: many who ask do not pile up questions to what hangs. */
export function askOneAtATime<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask().finally(() => {
      asked = undefined;
    });
    return asked;
  };
}

function notAnswering(name: string): (error: unknown) => readonly Part[] {
  return (error) => [{ name, ok: false, detail: `does not answer: ${messageOf(error)}` }];
}

/** The pauses between attempts double: a report that failed so often has waited for some ten minutes. */
const MANY_ATTEMPTS = 9;

async function lookAtDatabase(db: Kysely<Tables>): Promise<readonly Part[]> {
  try {
    const { alive, slots } = await db
      .selectFrom('workers')
      .select(({ fn }) => [fn.countAll<number>().as('alive'), fn.sum<number | null>('slots').as('slots')])
      .where('dead_at', 'is', null)
      .where('seen_at', '>', sql<Date>`now() - make_interval(secs => ${LEASE_SECONDS})`)
      .executeTakeFirstOrThrow();
    const waiting = await unableLabels(db);
    const detail =
      alive === 0 ? 'no worker is alive' : `${countOf(alive, 'worker')} with ${countOf(slots ?? 0, 'slot')}`;
    return [
      { name: 'database', ok: true, detail: 'answers' },
      { name: 'workers', ok: alive > 0 && waiting.length === 0, detail: [detail, ...waiting].join('; ') },
      await lookAtReports(db),
    ];
  } catch (error: unknown) {
    return [{ name: 'database', ok: false, detail: messageOf(error) }];
  }
}

/** Requests that wait for labels which no living worker has: they would wait for ever. */
async function unableLabels(db: Kysely<Tables>): Promise<readonly string[]> {
  const { rows } = await sql<{ labels: readonly string[]; count: number }>`
    select labels, count(*)::int as count from requests
    where state = 'queued' and not exists (
      select from workers where dead_at is null and workers.labels @> requests.labels)
      and labels <> '[]'
    group by labels order by labels`.execute(db);
  return rows.map(
    ({ labels, count }) => `${countOf(count, 'request')} for a worker with ${labels.join(', ')}, which there is not`,
  );
}

/** What cannot be said for long is for the operator to see: the forge is away, or a token has expired. */
async function lookAtReports(db: Kysely<Tables>): Promise<Part> {
  const late = await db
    .selectFrom('reports')
    .select(({ fn }) => [fn.countAll<number>().as('count'), fn.max('problem').as('problem')])
    .where('sent_at', 'is', null)
    .where('attempts', '>=', MANY_ATTEMPTS)
    .executeTakeFirstOrThrow();
  const ok = late.count === 0;
  const detail = ok
    ? 'none has waited for long'
    : `${countOf(late.count, 'report')} cannot be sent: ${late.problem ?? ''}`;
  return { name: 'reports', ok, detail };
}
