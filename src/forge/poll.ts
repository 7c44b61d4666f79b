import type { Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';
import { type Bridge, type Decision, type Enrolled, handleComment } from './bridge.ts';
import { ForgeError } from './errors.ts';
import type { ForgeComment } from './types.ts';

/** What one look at a repository found. */
export interface Polled {
  readonly decisions: readonly { readonly commentId: number; readonly decision: Decision | 'too-large' }[];
  readonly cursor: string;
}

/**
 * Reads what was written since the last look and acts on it. The cursor moves only past what was dealt with, so whatever
 * ends us in between, the rest is read again; what was decided already is known. A repository that is new begins at `from`,
 * an ISO time by the forge's clock.
 */
export async function pollRepository(bridge: Bridge, enrolled: Enrolled, from: string): Promise<Polled> {
  const { db } = bridge;
  let cursor = await beginAt(db, enrolled, from);
  const comments = await enrolled.forge.commentsSince(enrolled, cursor);
  const decisions: Polled['decisions'][number][] = [];
  for (const comment of comments) {
    const decision = await handleComment(bridge, enrolled, comment).catch((error: unknown) => {
      // What its pull request says is longer than anybody reads, today and tomorrow: it must not hold up what comes after it.
      if (error instanceof ForgeError && error.failure === 'too-large') return 'too-large' as const;
      throw error;
    });
    if (decision === 'too-large')
      bridge.note?.(
        `${enrolled.owner}/${enrolled.name}: ${comment.webUrl} was left out: its pull request is too large to be read`,
      );
    decisions.push({ commentId: comment.id, decision });
    cursor = await moveTo(db, enrolled, cursor, comment);
  }
  return { decisions, cursor };
}

async function beginAt(
  db: Kysely<Tables>,
  { forge, repositoryId, recipe, owner, name }: Enrolled,
  from: string,
): Promise<string> {
  const row = await db
    .insertInto('repositories')
    .values({ forge: forge.id, repository_id: repositoryId, recipe, owner, name, cursor: from })
    // Its owner and name may have changed since; its id and how far it was read have not.
    .onConflict((conflict) => conflict.columns(['forge', 'repository_id']).doUpdateSet({ recipe, owner, name }))
    .returning('cursor')
    .executeTakeFirstOrThrow();
  return row.cursor;
}

/** Times have second precision and another comment of the same second may follow: the cursor never goes past that second. */
async function moveTo(
  db: Kysely<Tables>,
  { forge, repositoryId }: Enrolled,
  cursor: string,
  comment: ForgeComment,
): Promise<string> {
  if (comment.updatedAt <= cursor) return cursor;
  await db
    .updateTable('repositories')
    .set({ cursor: comment.updatedAt })
    .where('forge', '=', forge.id)
    .where('repository_id', '=', repositoryId)
    .execute();
  return comment.updatedAt;
}
