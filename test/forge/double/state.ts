/** What the double remembers. It is small and plain on purpose: the API is read off the recordings of a real forge. */
export interface State {
  readonly users: User[];
  /** Members of each organisation. */
  readonly organisations: Map<string, Set<string>>;
  /** `organisation/login` of members who show it to everybody. */
  readonly publicMembers: Set<string>;
  readonly repositories: Repository[];
  /** `owner/name` that a repository had, and has now. */
  readonly formerNames: Map<string, string>;
  readonly tokens: Token[];
  readonly comments: Comment[];
  readonly statuses: Status[];
  /** Comments share their numbers with what a forge notes in a pull request's history, as that it was opened or pushed to. */
  lastCommentId: number;
}

export interface User {
  readonly id: number;
  readonly login: string;
  readonly admin: boolean;
}

export interface Token {
  readonly value: string;
  readonly login: string;
  readonly scopes: readonly string[];
}

export interface Repository {
  readonly id: number;
  readonly owner: string;
  name: string;
  /** Its bare git directory. */
  readonly git: string;
  readonly parentId: number | undefined;
  readonly collaborators: Map<string, 'read' | 'write' | 'admin'>;
  readonly hooks: Hook[];
  readonly issues: Issue[];
  gone: boolean;
  /** Nobody outside sees it. */
  isPrivate: boolean;
}

export interface Hook {
  readonly url: string;
  readonly secret: string;
  /** What it was made for; undefined for all that there is. */
  readonly events?: readonly string[];
}

export interface Issue {
  readonly number: number;
  readonly author: string;
  readonly title: string;
  readonly body?: string;
  state: 'open' | 'closed';
  readonly pull: Pull | undefined;
}

export interface Pull {
  baseRef: string;
  readonly headRef: string;
  readonly headRepositoryId: number;
}

export interface Comment {
  readonly id: number;
  readonly repositoryId: number;
  readonly issue: number;
  readonly author: string;
  body: string;
  readonly createdAt: Date;
  updatedAt: Date;
  deleted: boolean;
}

export interface Status {
  readonly id: number;
  readonly repositoryId: number;
  readonly sha: string;
  readonly context: string;
  readonly state: string;
  readonly description: string;
  readonly targetUrl: string;
  readonly createdAt: Date;
}

export function emptyState(): State {
  return {
    users: [],
    organisations: new Map(),
    publicMembers: new Set(),
    repositories: [],
    formerNames: new Map(),
    tokens: [],
    comments: [],
    statuses: [],
    lastCommentId: 0,
  };
}

/** A time as a forge writes it: to the second. */
export function stamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
