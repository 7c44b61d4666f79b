import { type Kysely, sql, type Transaction } from 'kysely';
import type { Tables } from '../../store/schema.ts';
import type { RepositoryName } from '../types.ts';

/** Whoever sends listens here; the payload is empty. */
export const OUTBOX_CHANNEL = 'cc_ci_outbox';

/** Something to be said on a pull request. */
export type Saying = {
  readonly forge: string;
  readonly repositoryId: number;
  readonly pullRequest: number;
} & (
  | {
      readonly kind: 'reply';
      readonly body: string;
      /** Of a repository that is not enrolled, and so is not found by its number. */
      readonly repository?: RepositoryName;
    }
  /** The reply that explains the last verdict of the pull request. */
  | { readonly kind: 'reply'; readonly why: true }
  /** The report or the status of a request: what they say is read when they are sent. */
  | { readonly kind: 'report' | 'status'; readonly requestId: number }
);

/** Puts something to be said into the outbox, in the caller's transaction: it is said if and only if that is committed. */
export async function say(db: Kysely<Tables> | Transaction<Tables>, saying: Saying): Promise<void> {
  const { forge, repositoryId, pullRequest, kind, ...payload } = saying;
  await db
    .insertInto('reports')
    .values({
      forge,
      repository_id: repositoryId,
      pull_request: pullRequest,
      request_id: 'requestId' in saying ? saying.requestId : null,
      kind,
      payload: JSON.stringify(payload),
      sent_at: null,
      problem: null,
    })
    .execute();
  await sql`select pg_notify(${OUTBOX_CHANNEL}, '')`.execute(db);
}
