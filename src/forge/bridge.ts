import type { Kysely, Transaction } from 'kysely';
import { appDomain } from '../queue/app-domain.ts';
import { approve, holdBack } from '../queue/approvals.ts';
import { cancelPullRequest, enqueue } from '../queue/requests.ts';
import type { Tables } from '../store/schema.ts';
import { type Command, mayCommand, readCommand } from './command.ts';
import { helpText } from './help.ts';
import { say } from './outbox/say.ts';
import { tellRequest } from './outbox/tell.ts';
import { code } from './report/markdown.ts';
import { isTrusted, type Trust } from './trust.ts';
import type { Forge, ForgeComment, PullRequest } from './types.ts';

/** One repository that is watched: the one list of what is enrolled makes these. */
export interface Enrolled {
  readonly forge: Forge;
  readonly repositoryId: number;
  readonly owner: string;
  readonly name: string;
  readonly recipe: string;
  readonly trust: Trust;
  /** Labels that a worker has to have for it. */
  readonly runsOn: readonly string[];
}

export interface Bridge {
  readonly db: Kysely<Tables>;
  /** The id of our own account on a forge: what it writes is never a command. */
  readonly botId: (forgeId: string) => number;
  readonly domainSuffix: string;
  /** Hears of comments that were left out, and why. */
  readonly note?: ((sentence: string) => void) | undefined;
}

/** What became of a comment; kept, so that each is acted on once. */
export type Decision =
  | 'nothing'
  | 'known'
  | 'edited'
  | 'closed'
  | 'untrusted'
  | 'helped'
  | 'requested'
  | 'cancelled'
  | 'approved'
  | 'held'
  | 'told';

/**
 * Acts on one comment, from whichever way it came, exactly once: the decision and all that follows from it are one
 * transaction, and what is to be said goes out from there. Rejects when the forge does not answer; then nothing was
 * decided, and the comment is looked at again.
 */
export async function handleComment(
  bridge: Bridge,
  enrolled: Enrolled,
  comment: ForgeComment,
  seen?: PullRequest,
): Promise<Decision> {
  if (comment.pullRequest === undefined || comment.author.id === bridge.botId(enrolled.forge.id)) return 'nothing';
  // Anybody may write anything, of any length: it is read only once its author is known to be trusted.
  if (!mayCommand(comment.body)) return 'nothing';
  // What was changed after it was written may be someone else's words, or an old comment made new.
  if (comment.createdAt !== comment.updatedAt) return 'edited';
  if (await isDecided(bridge.db, enrolled, comment.id)) return 'known';
  const pull = seen ?? (await enrolled.forge.pullRequest(enrolled, comment.pullRequest));
  if (pull === undefined || pull.state !== 'open') return decide(bridge, enrolled, comment, async () => 'closed');
  if (!(await isTrusted(bridge, enrolled, comment.author))) {
    return decide(bridge, enrolled, comment, async () => 'untrusted');
  }
  const place = { forge: enrolled.forge.id, repositoryId: enrolled.repositoryId, pullRequest: pull.number };
  const reading = readCommand(comment.body);
  if (reading.kind === 'nothing') return 'nothing';
  if (reading.kind === 'malformed') {
    return decide(bridge, enrolled, comment, async (tx) => {
      await say(tx, { ...place, kind: 'reply', body: `${reading.problem}.\n\n${helpText()}` });
      return 'helped';
    });
  }
  const head = await enrolled.forge.headOf(enrolled, pull.number);
  if (head === undefined) return decide(bridge, enrolled, comment, async () => 'closed');
  return decide(bridge, enrolled, comment, (tx) =>
    act(tx, { bridge, enrolled, comment, place, head, into: pull.baseRef }, reading.command),
  );
}

interface Acting {
  readonly bridge: Bridge;
  readonly enrolled: Enrolled;
  readonly comment: ForgeComment;
  readonly place: { readonly forge: string; readonly repositoryId: number; readonly pullRequest: number };
  readonly head: string;
  readonly into: string;
}

async function act(tx: Transaction<Tables>, acting: Acting, command: Command): Promise<Decision> {
  const { bridge, enrolled, comment, place, head, into } = acting;
  const reply = (body: string) => say(tx, { ...place, kind: 'reply', body });
  const tellAll = async (ids: readonly number[]) => {
    for (const id of ids) await tellRequest(tx, id);
  };
  switch (command.verb) {
    case 'test': {
      const { requestId, superseded } = await enqueue(tx, {
        ...place,
        recipe: enrolled.recipe,
        sha: head,
        options: { tiers: command.tiers, base: command.base, diagnose: command.diagnose, into },
        askedBy: comment.author.login,
        commentId: comment.id,
        domain: appDomain(enrolled.recipe, place.pullRequest, bridge.domainSuffix),
        runsOn: enrolled.runsOn,
      });
      await tellAll([...superseded, requestId]);
      return 'requested';
    }
    case 'cancel': {
      const { waiting, running } = await cancelPullRequest(tx, place);
      await tellAll([...waiting, ...running]);
      if (waiting.length + running.length === 0) await reply('Nothing of this pull request waits or runs.');
      return 'cancelled';
    }
    case 'hold': {
      const held = await holdBack(tx, place, comment.author.login);
      await tellAll(held);
      if (held.length === 0) await reply('Nothing of this pull request waits to start.');
      return 'held';
    }
    case 'approve': {
      if (command.sha !== undefined && !head.startsWith(command.sha)) {
        await reply(`Nothing was approved: the head is ${code(head)} now. \`!testme\` shows what that commit needs.`);
        return 'told';
      }
      const approval = await approve(tx, place, head, comment.author.login);
      if (approval.outcome === 'nothing') {
        await reply(`Nothing was approved: nothing of ${code(head)} waits for an approval.`);
        return 'told';
      }
      await tellAll(approval.requestIds);
      if (approval.outcome === 'approved') return 'approved';
      await reply(
        `Nothing was approved: the list was of ${code(approval.sha)}, and the head is ${code(head)} now. \`!testme\` shows what that commit needs.`,
      );
      return 'told';
    }
    case 'why':
      await say(tx, { ...place, kind: 'reply', why: true });
      return 'told';
    case 'help':
      await reply(helpText());
      return 'helped';
    case 'quick':
      await reply('`--quick` is not available yet: there is no warm layer. `!testme` does a full run.');
      return 'told';
    default: {
      const never: never = command;
      return never;
    }
  }
}

/**
 * Remembers that a comment was edited, unless it was acted upon before: times have second precision, and one that was edited in
 * the second in which it was written looks as it was written. Somebody who may write to the repository may edit it.
 */
export async function noteEdited(bridge: Bridge, enrolled: Enrolled, comment: ForgeComment): Promise<Decision> {
  if (comment.pullRequest === undefined || !mayCommand(comment.body)) return 'nothing';
  return decide(bridge, enrolled, comment, async () => 'edited');
}

/** Records a decision and does what follows from it, or neither: someone else may have decided meanwhile. */
async function decide(
  { db }: Bridge,
  enrolled: Enrolled,
  comment: ForgeComment,
  follow: (tx: Transaction<Tables>) => Promise<Decision>,
): Promise<Decision> {
  return db.transaction().execute(async (tx) => {
    const key = { forge: enrolled.forge.id, repository_id: enrolled.repositoryId, comment_id: comment.id };
    const first = await tx
      .insertInto('comments')
      .values({ ...key, decision: 'nothing' })
      .onConflict((conflict) => conflict.doNothing())
      .returning('comment_id')
      .executeTakeFirst();
    if (first === undefined) return 'known';
    const decision = await follow(tx);
    await tx
      .updateTable('comments')
      .set({ decision })
      .where((eb) => eb.and(key))
      .execute();
    return decision;
  });
}

async function isDecided(db: Kysely<Tables>, enrolled: Enrolled, commentId: number): Promise<boolean> {
  const row = await db
    .selectFrom('comments')
    .select('comment_id')
    .where('forge', '=', enrolled.forge.id)
    .where('repository_id', '=', enrolled.repositoryId)
    .where('comment_id', '=', commentId)
    .executeTakeFirst();
  return row !== undefined;
}
