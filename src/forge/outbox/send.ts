import { isDeepStrictEqual } from 'node:util';
import { type Kysely, type Selectable, sql } from 'kysely';
import { messageOf } from '../../base/errors.ts';
import type { ReportTable, Tables } from '../../store/schema.ts';
import { ForgeError, isTransient } from '../errors.ts';
import { renderReport } from '../report/render.ts';
import { renderWhy } from '../report/why.ts';
import type { CommitStatus, Forge, RepositoryName } from '../types.ts';
import { type Runs, readEnded, readStatus, readView } from './read-view.ts';

/** Marks the one comment of ours on a pull request, for us and for whoever reads its source. */
export const MARKER = '<!-- cc-ci:report -->';

const LONGEST_PAUSE_SECONDS = 300;

/** Where a repository's reports go. */
export interface Mailbox {
  readonly forge: Forge;
  readonly name: RepositoryName;
  readonly botId: number;
}

type Report = Selectable<ReportTable>;

export interface SendOptions {
  readonly db: Kysely<Tables>;
  /**
   * Undefined for a repository that is not enrolled any more: what was to be said there is dropped. `later` while that is
   * not known, because its forge has not answered since we started. `name` is given of a repository that never was.
   */
  readonly mailbox: (forge: string, repositoryId: number, name?: RepositoryName) => Mailbox | 'later' | undefined;
  readonly runs: Runs;
  /** Ends it after what is being said. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends what is due: of each pull request the oldest first, and one after the other, so that a newer word is never
 * overtaken by an older one. What could not be said is tried again later, for as long as it takes. Returns how many were
 * dealt with.
 */
export async function sendDue(options: SendOptions): Promise<number> {
  const { db } = options;
  let dealt = 0;
  while (options.signal?.aborted !== true) {
    const taken = await db.transaction().execute(async (tx) => {
      const { rows } = await sql<Report>`
        select * from reports r
        where r.sent_at is null and r.next_at <= now()
          and not exists (
            select from reports earlier
            where earlier.sent_at is null and earlier.id < r.id
              and (earlier.forge, earlier.repository_id, earlier.pull_request) = (r.forge, r.repository_id, r.pull_request))
        order by r.id limit 1 for update skip locked`.execute(tx);
      const [report] = rows;
      if (report === undefined) return false;
      const outcome = await attempt(tx, options, report);
      const base = tx.updateTable('reports').where('id', '=', report.id);
      if (outcome.said) {
        await base.set({ sent_at: sql<Date>`now()`, problem: outcome.problem ?? null }).execute();
      } else {
        const pause = Math.min(2 ** report.attempts, LONGEST_PAUSE_SECONDS);
        const next = sql<Date>`now() + make_interval(secs => ${pause})`;
        await base.set({ attempts: report.attempts + 1, next_at: next, problem: outcome.problem }).execute();
      }
      return true;
    });
    if (!taken) return dealt;
    dealt += 1;
  }
  return dealt;
}

/** `said` is also true for what will never be said, with the problem that keeps it from being. */
type Outcome = { readonly said: true; readonly problem?: string } | { readonly said: false; readonly problem: string };

async function attempt(db: Kysely<Tables>, options: SendOptions, report: Report): Promise<Outcome> {
  const mailbox = options.mailbox(
    report.forge,
    report.repository_id,
    (report.payload as { repository?: RepositoryName }).repository,
  );
  if (mailbox === undefined) return { said: true, problem: 'the repository is not enrolled any more' };
  if (mailbox === 'later') return { said: false, problem: 'its forge has not answered yet' };
  const obsolete = await replacedBy(db, report);
  if (obsolete !== undefined) return { said: true, problem: obsolete };
  try {
    switch (report.kind) {
      case 'reply':
        await replyOnce(mailbox, report, () => bodyOf(db, report, options.runs));
        break;
      case 'report':
        await keepReport(db, mailbox, report, options.runs);
        break;
      case 'status':
        await setStatus(db, mailbox, report, options.runs);
        break;
    }
    return { said: true };
  } catch (error: unknown) {
    // A status that we may not set is told in the comment; waiting would not give us the right.
    // A repository that has another name now is known by it once its entry is corrected.
    const final =
      error instanceof ForgeError && !isTransient(error) && error.failure !== 'forbidden' && !error.redirected;
    if (report.kind === 'status' && error instanceof ForgeError && error.failure === 'forbidden') {
      return { said: true, problem: error.message };
    }
    return final ? { said: true, problem: messageOf(error) } : { said: false, problem: messageOf(error) };
  }
}

/** Why nobody needs to hear it any more: what is said is the state of the moment, and a later one says it, too. */
async function replacedBy(db: Kysely<Tables>, report: Report): Promise<string | undefined> {
  if (report.kind === 'reply') return undefined;
  const newer = await db
    .selectFrom('reports')
    .select('id')
    .where('forge', '=', report.forge)
    .where('repository_id', '=', report.repository_id)
    .where('pull_request', '=', report.pull_request)
    .where('kind', '=', report.kind)
    .$if(report.kind === 'status', (query) => query.where('request_id', '=', report.request_id))
    .where('sent_at', 'is', null)
    .where('id', '>', report.id)
    .limit(1)
    .executeTakeFirst();
  return newer === undefined ? undefined : 'a newer one took its place';
}

/** A reply bears its number: killed between saying it and noting that, we find it instead of saying it twice. */
async function replyOnce({ forge, name, botId }: Mailbox, report: Report, body: () => Promise<string>): Promise<void> {
  const marker = `<!-- cc-ci:reply ${report.id} -->`;
  const all = await forge.comments(name, report.pull_request);
  if (all.some((comment) => comment.author.id === botId && comment.body.startsWith(marker))) return;
  await forge.createComment(name, report.pull_request, `${marker}\n${await body()}`);
}

async function bodyOf(db: Kysely<Tables>, report: Report, runs: Runs): Promise<string> {
  const payload = report.payload as { readonly body: string } | { readonly why: true };
  return 'body' in payload ? payload.body : renderWhy(await readEnded(db, report, runs));
}

/** Writes the one comment anew, or makes it: found by what we remember, else by its marker, since that memory can be lost. */
async function keepReport(
  db: Kysely<Tables>,
  { forge, name, botId }: Mailbox,
  report: Report,
  runs: Runs,
): Promise<void> {
  const key = { forge: report.forge, repository_id: report.repository_id, pull_request: report.pull_request };
  const view = await readView(db, key, runs);
  if (view === undefined) return;
  const body = `${MARKER}\n${renderReport(view)}`;
  const known = await db
    .selectFrom('report_comments')
    .select('comment_id')
    .where((eb) => eb.and(key))
    .executeTakeFirst();
  if (known !== undefined && (await forge.editComment(name, known.comment_id, body))) return;
  const all = await forge.comments(name, report.pull_request);
  const marked = all.find((comment) => comment.author.id === botId && comment.body.startsWith(MARKER));
  const edited = marked !== undefined && (await forge.editComment(name, marked.id, body));
  const id = edited ? marked.id : (await forge.createComment(name, report.pull_request, body)).id;
  await db
    .insertInto('report_comments')
    .values({ ...key, comment_id: id })
    .onConflict((conflict) =>
      conflict.columns(['forge', 'repository_id', 'pull_request']).doUpdateSet({ comment_id: id }),
    )
    .execute();
}

async function setStatus(db: Kysely<Tables>, { forge, name }: Mailbox, report: Report, runs: Runs): Promise<void> {
  const { sha } = await db
    .selectFrom('requests')
    .select('sha')
    .where('id', '=', report.request_id)
    .executeTakeFirstOrThrow();
  const status = await readStatus(db, { forge: report.forge, repository_id: report.repository_id, sha }, runs);
  // Forges keep every status that was ever set: the same one again would only be noise.
  if (status === undefined || (await isSaid(db, report, sha, status))) return;
  await forge.setStatus(name, sha, status);
  await db
    .updateTable('reports')
    .set({ payload: JSON.stringify({ status }) })
    .where('id', '=', report.id)
    .execute();
}

/** Whether the last status that we have set of a commit was this one. */
async function isSaid(db: Kysely<Tables>, report: Report, sha: string, status: CommitStatus): Promise<boolean> {
  const last = await db
    .selectFrom('reports')
    .innerJoin('requests', 'requests.id', 'reports.request_id')
    .select('reports.payload')
    .where('reports.forge', '=', report.forge)
    .where('reports.repository_id', '=', report.repository_id)
    .where('reports.kind', '=', 'status')
    .where('requests.sha', '=', sha)
    .where('reports.sent_at', 'is not', null)
    .where(sql<boolean>`reports.payload ? 'status'`)
    .orderBy('reports.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last !== undefined && isDeepStrictEqual((last.payload as { readonly status: unknown }).status, status);
}
