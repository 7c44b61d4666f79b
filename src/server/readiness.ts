import { type Kysely, sql } from 'kysely';
import { messageOf } from '../base/errors.ts';
import { countOf } from '../base/text.ts';
import { LEASE_SECONDS } from '../queue/requests.ts';
import type { Tables } from '../store/schema.ts';
import { judgeParts, judgePulse, type Part, type Readiness } from '../web/health.ts';
import type { Loop } from './loop.ts';

/** Asks every part of the server whether it works: the database, a worker, and everything that is done again and again. */
export async function lookAtReadiness(
  db: Kysely<Tables>,
  loops: readonly Loop[],
  problems: readonly { readonly recipe: string; readonly problem: string }[],
): Promise<Readiness> {
  const now = Date.now();
  const pulses = loops.map(({ name, everyMs, lastOk, problem }) =>
    judgePulse({ name, everyMs, lastOkMs: lastOk(), problem: problem() }, now),
  );
  const enrolment: Part = {
    name: 'enrolment',
    ok: problems.length === 0,
    detail: problems.map(({ recipe, problem }) => `${recipe}: ${problem}`).join('; ') || 'fits what is on the forges',
  };
  return judgeParts([...(await lookAtDatabase(db)), ...pulses, enrolment]);
}

async function lookAtDatabase(db: Kysely<Tables>): Promise<readonly Part[]> {
  try {
    const { alive, slots } = await db
      .selectFrom('workers')
      .select(({ fn }) => [fn.countAll<number>().as('alive'), fn.sum<number | null>('slots').as('slots')])
      .where('dead_at', 'is', null)
      .where('seen_at', '>', sql<Date>`now() - make_interval(secs => ${LEASE_SECONDS})`)
      .executeTakeFirstOrThrow();
    const detail =
      alive === 0 ? 'no worker is alive' : `${countOf(alive, 'worker')} with ${countOf(slots ?? 0, 'slot')}`;
    return [
      { name: 'database', ok: true, detail: 'answers' },
      { name: 'workers', ok: alive > 0, detail },
    ];
  } catch (error: unknown) {
    return [{ name: 'database', ok: false, detail: messageOf(error) }];
  }
}
