import type { Asked, Reply } from './double.ts';
import type { Issue, Repository, State } from './state.ts';

/** What the API's handlers need of the double. */
export interface Api {
  readonly state: State;
  readonly url: string;
  readonly now: () => Date;
  /** Tells the hooks of a repository. */
  deliver(repository: Repository, event: string, type: string, payload: Readonly<Record<string, unknown>>): void;
}

/** The named parts of a path. */
export type Parts = Readonly<Record<string, string>>;

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export const NOT_FOUND: Reply = { status: 404, body: { errors: null, message: 'not found', url: '' } };

function find({ state }: Api, parts: Parts): Repository | undefined {
  return state.repositories.find(({ owner, name, gone }) => !gone && `${owner}/${name}` === parts['repo']);
}

/** Answers for a repository, or that there is none of that name, or not any more. */
export function withRepository<T extends Reply | Promise<Reply>>(
  api: Api,
  parts: Parts,
  use: (repository: Repository) => T,
): T | Reply {
  const repository = find(api, parts);
  if (repository !== undefined) return use(repository);
  const now = api.state.formerNames.get(parts['repo'] ?? '');
  return now === undefined ? NOT_FOUND : { status: 301, headers: { location: `/api/v1/repos/${now}` } };
}

/** Answers for an issue or a pull request, or that there is none. */
export function withIssue(
  api: Api,
  parts: Parts,
  use: (repository: Repository, issue: Issue) => Reply | Promise<Reply>,
): Reply | Promise<Reply> {
  return withRepository(api, parts, (repository): Reply | Promise<Reply> => {
    const issue = repository.issues.find(({ number }) => number === Number(parts['number']));
    return issue === undefined ? NOT_FOUND : use(repository, issue);
  });
}

/** One page of a list. */
export function page<T>(
  asked: Asked,
  items: readonly T[],
): { readonly slice: readonly T[]; readonly headers: Readonly<Record<string, string>> } {
  const headers = { 'x-total-count': String(items.length) };
  const number = asked.query.get('page');
  // The limit counts only together with a page.
  if (number === null) return { slice: items, headers };
  const limit = Math.min(Number(asked.query.get('limit') ?? 30), 50);
  return { slice: items.slice((Number(number) - 1) * limit, Number(number) * limit), headers };
}
