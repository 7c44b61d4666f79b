import { sql } from 'kysely';
import type { Bridge } from './bridge.ts';
import { mayCommand, readCommand } from './command.ts';
import { say } from './outbox/say.ts';
import { isTrusted, type Trust } from './trust.ts';
import type { Forge, ForgeComment, RepositoryName } from './types.ts';

/** A repository that we hear of and nobody has enrolled. */
export interface Unenrolled extends RepositoryName {
  readonly forge: Forge;
  readonly repositoryId: number;
  readonly trust: Trust;
}

/**
 * Answers a command on a repository that is not enrolled, so that nobody waits for what will not come: once for a pull
 * request, and only to somebody whose commands count elsewhere. True when it answered.
 */
export async function answerUnenrolled(bridge: Bridge, where: Unenrolled, comment: ForgeComment): Promise<boolean> {
  const { pullRequest, author } = comment;
  if (pullRequest === undefined || author.id === bridge.botId(where.forge.id)) return false;
  if (!mayCommand(comment.body) || comment.createdAt !== comment.updatedAt) return false;
  if (!(await isTrusted(bridge, where, author)) || readCommand(comment.body).kind === 'nothing') return false;
  const { repositoryId, owner, name } = where;
  const place = { forge: where.forge.id, repositoryId, pullRequest };
  return bridge.db.transaction().execute(async (tx) => {
    // One at a time: two commands of one moment would not see each other's answer.
    await sql`select pg_advisory_xact_lock(hashtext('cc_ci_unenrolled'))`.execute(tx);
    const first = await tx
      .insertInto('comments')
      .values({ forge: place.forge, repository_id: repositoryId, comment_id: comment.id, decision: 'told' })
      .onConflict((conflict) => conflict.doNothing())
      .returning('comment_id')
      .executeTakeFirst();
    const told = await tx
      .selectFrom('reports')
      .select('id')
      .where('forge', '=', place.forge)
      .where('repository_id', '=', repositoryId)
      .where('pull_request', '=', pullRequest)
      .executeTakeFirst();
    if (first === undefined || told !== undefined) return false;
    await say(tx, { ...place, kind: 'reply', repository: { owner, name }, body: answerFor(where) });
    return true;
  });
}

function answerFor({ owner, name }: RepositoryName): string {
  return `Nothing was started: ${owner}/${name} is not enrolled here. Whoever runs this cc-ci enrols it with \`cc-ci enroll\` and this repository’s address.`;
}
