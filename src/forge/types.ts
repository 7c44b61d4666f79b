/** A full commit id: 40 hexadecimal digits (a forge resolves short ones to whatever it likes). */
export type Sha = string;

/** A repository on a forge. The numeric id stays when owner or name change. */
export interface ForgeRepository {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly cloneUrl: string;
  readonly webUrl: string;
  readonly defaultBranch: string;
  /** What our token may do here. */
  readonly permissions: { readonly pull: boolean; readonly push: boolean; readonly admin: boolean };
}

/** Owner and name, as they stand in a URL. */
export interface RepositoryName {
  readonly owner: string;
  readonly name: string;
}

export interface ForgeUser {
  readonly id: number;
  readonly login: string;
}

export interface PullRequest {
  readonly number: number;
  readonly state: 'open' | 'closed';
  readonly title: string;
  readonly webUrl: string;
  readonly headSha: Sha;
  readonly baseSha: Sha;
  readonly baseRef: string;
  /** True when the head lies in another repository, or in one that is gone: `refs/pull/N/head` of the base has it all the same. */
  readonly fromFork: boolean;
}

/** A comment on an issue or a pull request. */
export interface ForgeComment {
  readonly id: number;
  readonly author: ForgeUser;
  readonly body: string;
  /** ISO times with second precision, as forges keep them. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** The number of its pull request; undefined when it belongs to an issue. */
  readonly pullRequest: number | undefined;
  readonly webUrl: string;
}

export type StatusState = 'pending' | 'success' | 'failure' | 'error';

export interface CommitStatus {
  readonly state: StatusState;
  readonly context: string;
  readonly description: string;
  readonly targetUrl: string;
}

/** A pull request somewhere below an owner. */
export interface ChangedPullRequest extends RepositoryName {
  readonly repositoryId: number;
  readonly number: number;
}

/** An issue that is open. */
export interface ForgeIssue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
}

/** What the server asks of a forge. Every method rejects with a `ForgeError`. */
export interface Forge {
  /** The operator's own name for this forge; part of every key that is stored. */
  readonly id: string;
  /** Who the token belongs to. */
  whoAmI(): Promise<ForgeUser>;
  /** The time by the forge's own clock, as an ISO second; ours where it does not tell. */
  clock(): Promise<string>;
  repository(name: RepositoryName): Promise<ForgeRepository>;
  /** Undefined when there is no such pull request, or the token may not see it. */
  pullRequest(name: RepositoryName, number: number): Promise<PullRequest | undefined>;
  /**
   * The commit that `refs/pull/N/head` of the base repository names now; undefined where there is none. What the pull
   * request itself says of its head can lag behind a push.
   */
  headOf(name: RepositoryName, number: number): Promise<Sha | undefined>;
  /** The commit at the tip of a branch; undefined where there is no such branch. */
  branchHead(name: RepositoryName, branch: string): Promise<Sha | undefined>;
  /** The open issues that someone has written, pull requests left out. */
  openIssues(name: RepositoryName, author: string): Promise<readonly ForgeIssue[]>;
  openIssue(name: RepositoryName, issue: Pick<ForgeIssue, 'title' | 'body'>): Promise<ForgeIssue>;
  closeIssue(name: RepositoryName, number: number): Promise<void>;
  /** Comments of the whole repository that were made or changed at `since` (ISO time) or later, oldest change first. */
  commentsSince(name: RepositoryName, since: string): Promise<readonly ForgeComment[]>;
  /** Open pull requests in all repositories of an owner that we may see, of which something changed at `since` or later. */
  pullRequestsChanged(owner: string, since: string): Promise<readonly ChangedPullRequest[]>;
  /** Comments of one pull request, oldest first. */
  comments(name: RepositoryName, number: number): Promise<readonly ForgeComment[]>;
  createComment(name: RepositoryName, number: number, body: string): Promise<ForgeComment>;
  /** False when the comment is not there any more. */
  editComment(name: RepositoryName, id: number, body: string): Promise<boolean>;
  react(name: RepositoryName, commentId: number, content: 'eyes' | 'confused'): Promise<void>;
  setStatus(name: RepositoryName, sha: Sha, status: CommitStatus): Promise<void>;
  /** The newest status of each context, of exactly this commit. */
  statuses(name: RepositoryName, sha: Sha): Promise<readonly ForgeStatus[]>;
  /** Who has this name now; undefined when nobody has, and for what is no name. */
  account(login: string): Promise<ForgeUser | undefined>;
  /** The number of the organisation that has this name now; undefined when none has, or the token may not see it. */
  organisationId(name: string): Promise<number | undefined>;
  /** Whether the organisation has this member. Anything but a clear yes is a no. */
  isMember(organisation: string, login: string): Promise<boolean>;
}

/** A status as it is read back; others may have written any state. */
export interface ForgeStatus {
  readonly context: string;
  readonly state: string;
  readonly targetUrl: string;
  readonly createdAt: string;
}
