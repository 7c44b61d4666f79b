import type { Kysely } from 'kysely';
import type { Lease } from '../../queue/types.ts';
import { pullRequestHead } from '../../recipe/git/mirror.ts';
import { findCommit } from '../../recipe/git/repository.ts';
import type { Tables } from '../../store/schema.ts';

/**
 * Whether a request only helps to explain a commit that is not the head of its pull request any more, by what the mirror
 * has just fetched. What people ask for is run all the same: it names its commit.
 */
export async function isPushedOver(db: Kysely<Tables>, gitDir: string, lease: Lease): Promise<boolean> {
  if (lease.subject === undefined) return false;
  const first = await db
    .selectFrom('requests as repeat')
    .innerJoin('requests as first', 'first.id', 'repeat.parent_id')
    .select('first.sha')
    .where('repeat.id', '=', lease.requestId)
    .executeTakeFirstOrThrow();
  const head = await findCommit({ gitDir }, pullRequestHead(lease.request.pullRequest));
  return head !== undefined && head !== first.sha;
}
