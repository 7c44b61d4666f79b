import type { Asked, Reply } from './double.ts';
import { commitOf, fetchRef, setRef } from './git.ts';
import { type Api, NOT_FOUND, type Parts, page, text, withIssue, withRepository } from './lookup.ts';
import { pullShape, roleOf } from './shapes.ts';
import type { Issue, Repository } from './state.ts';

export async function listPulls(api: Api, asked: Asked, parts: Parts): Promise<Reply> {
  return withRepository(api, parts, async (repository) => {
    const wanted = asked.query.get('state') ?? 'open';
    const found = repository.issues.filter(
      (issue) => issue.pull !== undefined && (wanted === 'all' || issue.state === wanted),
    );
    const { slice, headers } = page(asked, found.toReversed());
    return {
      status: 200,
      headers,
      body: await Promise.all(slice.map((issue) => pullShape(api.state, api.url, repository, issue))),
    };
  });
}

export async function openPull(api: Api, { login, body }: Asked, parts: Parts): Promise<Reply> {
  return withRepository(api, parts, async (repository): Promise<Reply> => {
    const [owner = repository.owner, branch = ''] = text(body['head']).includes(':')
      ? text(body['head']).split(':')
      : [repository.owner, text(body['head'])];
    const source =
      owner === repository.owner
        ? repository
        : api.state.repositories.find((candidate) => candidate.owner === owner && candidate.parentId === repository.id);
    if (source === undefined || (await commitOf(source.git, `refs/heads/${branch}`)) === undefined) return NOT_FOUND;
    const number = repository.issues.length + 1;
    await fetchRef(repository.git, source.git, branch, `refs/pull/${number}/head`);
    const pull = { baseRef: text(body['base']), headRef: branch, headRepositoryId: source.id };
    const issue: Issue = { number, author: login, title: text(body['title']), state: 'open', pull };
    repository.issues.push(issue);
    api.state.lastCommentId += 1;
    const shape = await pullShape(api.state, api.url, repository, issue);
    api.deliver(repository, 'pull_request', 'pull_request', { action: 'opened', number, pull_request: shape });
    return { status: 201, body: shape };
  });
}

export async function getPull(api: Api, _asked: Asked, parts: Parts): Promise<Reply> {
  return withIssue(api, parts, async (repository, issue) =>
    issue.pull === undefined
      ? NOT_FOUND
      : { status: 200, body: await pullShape(api.state, api.url, repository, issue) },
  );
}

export async function editPull(api: Api, { body }: Asked, parts: Parts): Promise<Reply> {
  return withIssue(api, parts, async (repository, issue) => {
    if (issue.pull === undefined) return NOT_FOUND;
    if (body['state'] === 'open' || body['state'] === 'closed') issue.state = body['state'];
    if (text(body['base']) !== '') issue.pull.baseRef = text(body['base']);
    const shape = await pullShape(api.state, api.url, repository, issue);
    if (issue.state === 'closed') tellOfEnd(api, repository, issue, shape);
    return { status: 201, body: shape };
  });
}

/** Pull requests only, of one owner: what cc-ci asks for. */
export function searchPulls({ state }: Api, asked: Asked): Reply {
  const owner = asked.query.get('owner') ?? '';
  if (!state.organisations.has(owner) && !state.users.some(({ login }) => login === owner)) {
    return { status: 400, body: { message: `user does not exist [uid: 0, name: ${owner}]`, url: '' } };
  }
  const since = Date.parse(asked.query.get('since') ?? '1970-01-01T00:00:00Z');
  const found = state.repositories
    .filter(({ gone, ...at }) => !gone && at.owner === owner)
    .flatMap(({ id, name, issues }) =>
      issues
        .filter((issue) => issue.pull !== undefined && issue.state === 'open')
        .filter(({ number }) =>
          state.comments.some(
            (comment) =>
              comment.repositoryId === id &&
              comment.issue === number &&
              Math.floor(comment.updatedAt.getTime() / 1000) * 1000 >= since,
          ),
        )
        .map(({ number }) => ({ number, repository: { id, owner, name, full_name: `${owner}/${name}` } })),
    );
  const { slice, headers } = page(asked, found);
  return { status: 200, headers, body: slice };
}

/** The base moves to the head, as in a merge that needs no commit of its own. */
export async function mergePull(api: Api, { login }: Asked, parts: Parts): Promise<Reply> {
  return withIssue(api, parts, async (repository, issue) => {
    if (issue.pull === undefined || issue.state === 'closed') return { status: 405, body: { message: '', url: '' } };
    if (roleOf(api.state, repository, login) === 'read') return { status: 405, body: { message: '', url: '' } };
    const head = await commitOf(repository.git, `refs/pull/${issue.number}/head`);
    if (head === undefined) return NOT_FOUND;
    await setRef(repository.git, `refs/heads/${issue.pull.baseRef}`, head);
    issue.state = 'closed';
    tellOfEnd(api, repository, issue, await pullShape(api.state, api.url, repository, issue));
    return { status: 200 };
  });
}

function tellOfEnd(api: Api, repository: Repository, { number }: Issue, shape: unknown): void {
  api.deliver(repository, 'pull_request', 'pull_request', { action: 'closed', number, pull_request: shape });
}

/** A review's text looks like a comment's, and its event is called like that of one. */
export async function reviewPull(api: Api, { body }: Asked, parts: Parts): Promise<Reply> {
  return withIssue(api, parts, async (repository, issue) => {
    if (issue.pull === undefined) return NOT_FOUND;
    const shape = await pullShape(api.state, api.url, repository, issue);
    const review = { type: 'pull_request_review_comment', content: text(body['body']) };
    api.deliver(repository, 'pull_request_comment', 'pull_request_review_comment', {
      action: 'reviewed',
      number: issue.number,
      pull_request: shape,
      review,
    });
    return { status: 200, body: { body: text(body['body']), state: 'COMMENT' } };
  });
}
