import type { ColumnType, Generated, Selectable } from 'kysely';
import type { Fault } from '../base/errors.ts';

/** The tables, as `migrations/` makes them. Times are kept in UTC and read as `Date`. */
export interface Tables {
  readonly repositories: RepositoryTable;
  readonly comments: CommentTable;
  readonly requests: RequestTable;
  readonly workers: WorkerTable;
  readonly approvals: ApprovalTable;
  readonly reports: ReportTable;
  readonly report_comments: ReportCommentTable;
  readonly deliveries: DeliveryTable;
  readonly pinned_accounts: PinnedAccountTable;
}

/** 64-bit numbers come as text from the driver; ours are far below 2^53 and are read as numbers. */
type Id = Generated<number>;
type Json<T> = ColumnType<T, string, string>;
type Created = Generated<Date>;

/** An enrolled repository, and how far its comments have been read. */
export interface RepositoryTable {
  readonly forge: string;
  readonly repository_id: number;
  readonly recipe: string;
  readonly owner: string;
  readonly name: string;
  /** ISO second of the newest change that has been read, in the forge's own clock. */
  readonly cursor: string;
}

/** Every comment that has been decided on: each is acted on once, by whichever way it came. */
export interface CommentTable {
  readonly forge: string;
  readonly repository_id: number;
  readonly comment_id: number;
  readonly decision: string;
  readonly seen_at: Created;
}

/** `held`: it waits for a person, for the approval of its `findings` or, where it has none, for another `!testme`. */
export type RequestState = 'queued' | 'held' | 'running' | 'done' | 'superseded' | 'cancelled';

export interface RequestTable {
  readonly id: Id;
  readonly forge: string;
  readonly repository_id: number;
  readonly pull_request: number;
  readonly recipe: string;
  readonly sha: string;
  /** What the request asked for beyond the commit. */
  readonly options: Json<unknown>;
  readonly asked_by: string;
  /** The comment that asked for it; a request of a sweep or a person has none. */
  readonly comment_id: number | null;
  /** At most one live run has it. */
  readonly domain: string;
  readonly state: RequestState;
  readonly priority: Generated<number>;
  readonly attempts: Generated<number>;
  readonly worker_id: number | null;
  /** Grows with every lease; what is written under an older one is refused. */
  readonly fence: Generated<number>;
  readonly lease_until: Date | null;
  readonly cancel_asked: Generated<boolean>;
  readonly run_id: string | null;
  readonly verdict: string | null;
  readonly level: number | null;
  /** What came of it; of one that waits again, why. */
  readonly sentence: string | null;
  /** What needs approval before it may run, as the run found it. */
  readonly findings: ColumnType<unknown, string | null | undefined, string | null>;
  /** Who holds it back. */
  readonly held_by: ColumnType<string | null, string | null | undefined, string | null>;
  /** It was put back, and is not taken before. */
  readonly not_before: ColumnType<Date | null, Date | null | undefined, Date | null>;
  /** The red request that this one helps to explain. Nobody asked for it: it has no status, no reply, no report of its own. */
  readonly parent_id: ColumnType<number | null, number | null | undefined, never>;
  /** What is run for that: the same commit again, or what its change was made on. */
  readonly subject: ColumnType<'head' | 'base' | null, 'head' | 'base' | undefined, never>;
  /** Whose fault the verdict is, and the tiers that failed, as the run found it. */
  readonly fault: ColumnType<Fault | null, never, Fault | null>;
  readonly failed_tiers: ColumnType<unknown, never, string | null>;
  /** Only a worker that has all of these takes it. */
  readonly labels: ColumnType<readonly string[], string | undefined, never>;
  readonly queued_at: Created;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
}

export interface WorkerTable {
  readonly id: Id;
  readonly name: string;
  readonly slots: number;
  readonly domain_suffix: string;
  readonly labels: Json<readonly string[]>;
  readonly seen_at: Created;
  /** Set once, when it was declared dead: it never works again under this id. */
  readonly dead_at: Date | null;
}

/** What someone trusted has allowed to run, for exactly one commit. */
export interface ApprovalTable {
  readonly forge: string;
  readonly repository_id: number;
  readonly pull_request: number;
  readonly sha: string;
  readonly approved_by: string;
  readonly approved_at: Created;
}

/** What is still to be said to a forge, in the order of its ids for each pull request. */
export interface ReportTable {
  readonly id: Id;
  readonly forge: string;
  readonly repository_id: number;
  readonly pull_request: number;
  /** The request that it tells of; a reply to a comment has none. */
  readonly request_id: number | null;
  /** `report`: the one comment that is kept up to date. `reply`: a comment of its own. `status`: of the request's commit. */
  readonly kind: 'report' | 'reply' | 'status';
  readonly payload: Json<unknown>;
  readonly attempts: Generated<number>;
  readonly next_at: Created;
  readonly sent_at: Date | null;
  /** Why it was not sent the last time, or why it never will be. */
  readonly problem: string | null;
}

/** The one comment of ours on a pull request. */
export interface ReportCommentTable {
  readonly forge: string;
  readonly repository_id: number;
  readonly pull_request: number;
  readonly comment_id: number;
}

/** Webhook deliveries of late, so that one that is sent again by somebody else does nothing. */
export interface DeliveryTable {
  readonly id: string;
  readonly received_at: Created;
}

export type RequestRow = Selectable<RequestTable>;

/** Whom a name in the settings meant when it was first seen. */
export interface PinnedAccountTable {
  readonly forge: string;
  /** `account ada` or `organisation recipes`. */
  readonly name: string;
  readonly account_id: number;
}
