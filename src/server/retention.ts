import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import type { StatePaths } from '../config/paths.ts';
import { journalState, readJournal } from '../run/journal.ts';
import { listRunIds } from '../run/past/find-run.ts';
import type { Tables } from '../store/schema.ts';

/**
 * Removes the directories of runs that ended so many days ago, and returns their ids. What the database says of them stays.
 * Only runs that the server made and that are wholly torn down: others are somebody's, or the janitor's. The newest run of
 * a recipe stays, so that there is something to look at.
 */
export async function removeOldRuns(db: Kysely<Tables>, paths: StatePaths, days: number): Promise<readonly string[]> {
  const there = await listRunIds(paths);
  if (there.length === 0) return [];
  const { rows } = await sql<{ id: string }>`
    select run_id as id from requests old
    where run_id = any(${there}) and ended_at < now() - make_interval(days => ${days})
      and exists (
        select from requests newer
        where newer.recipe = old.recipe and newer.ended_at > old.ended_at and newer.run_id is not null)
    order by run_id`.execute(db);
  const removed: string[] = [];
  for (const { id } of rows) {
    const directory = join(paths.runs, id);
    const journal = await readJournal(join(directory, 'journal.ndjson')).catch(() => []);
    if (journalState(journal) !== 'closed') continue;
    await rm(directory, { recursive: true, force: true });
    removed.push(id);
  }
  return removed;
}
