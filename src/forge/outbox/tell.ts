import type { Kysely, Transaction } from 'kysely';
import type { RequestOptions } from '../../queue/types.ts';
import type { Tables } from '../../store/schema.ts';
import { say } from './say.ts';

/**
 * Has what became of a request told on its pull request: the report, and the commit's status where it is a full one. Call it
 * in the transaction of each change of a request's state, or after it. What is said is read when it is sent: a report that
 * was long in coming tells the newest state, and telling twice does no harm. The queue may not know this room: its callers
 * pass it in.
 */
export async function tellRequest(db: Kysely<Tables> | Transaction<Tables>, requestId: number): Promise<void> {
  const request = await db
    .selectFrom('requests')
    .select(['forge', 'repository_id', 'pull_request', 'options', 'parent_id'])
    .where('id', '=', requestId)
    .executeTakeFirstOrThrow();
  const place = {
    forge: request.forge,
    repositoryId: request.repository_id,
    pullRequest: request.pull_request,
    requestId,
  };
  if (isFull(request.options) && request.parent_id === null) await say(db, { ...place, kind: 'status' });
  await say(db, { ...place, kind: 'report' });
}

/** Some tiers are no verdict on the commit: they leave its status alone. */
export function isFull(options: unknown): boolean {
  return (options as RequestOptions).tiers === 'all';
}
