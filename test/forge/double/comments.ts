import type { Asked, Reply } from './double.ts';
import { type Api, NOT_FOUND, type Parts, page, text, withRepository } from './lookup.ts';
import { commentShape, issueShape, pullShape, roleOf } from './shapes.ts';
import type { Issue, Repository, State } from './state.ts';

export function commentsSince(api: Api, asked: Asked, parts: Parts): Reply {
  return withRepository(api, parts, (repository): Reply => {
    const since = Date.parse(asked.query.get('since') ?? '1970-01-01T00:00:00Z');
    const found = api.state.comments.filter(
      (comment) =>
        comment.repositoryId === repository.id &&
        !comment.deleted &&
        Math.floor(comment.updatedAt.getTime() / 1000) * 1000 >= since,
    );
    const { slice, headers } = page(asked, found);
    return { status: 200, headers, body: slice.map((comment) => commentShape(api.state, api.url, comment)) };
  });
}

export function listComments(api: Api, asked: Asked, parts: Parts): Reply | Promise<Reply> {
  return withCommented(api, parts, (repository, issue) => {
    const found = api.state.comments.filter(
      (comment) => comment.repositoryId === repository.id && comment.issue === issue.number && !comment.deleted,
    );
    const { slice, headers } = page(asked, found);
    return { status: 200, headers, body: slice.map((comment) => commentShape(api.state, api.url, comment)) };
  });
}

export function createComment(api: Api, { login, body }: Asked, parts: Parts): Reply | Promise<Reply> {
  return withCommented(api, parts, async (repository, issue) => {
    if (text(body['body']) === '') return { status: 422, body: { message: '[Body]: Required', url: '' } };
    const now = api.now();
    const id = (api.state.lastCommentId += 1);
    const comment = {
      id,
      repositoryId: repository.id,
      issue: issue.number,
      author: login,
      body: text(body['body']),
      createdAt: now,
      updatedAt: now,
      deleted: false,
    };
    api.state.comments.push(comment);
    await deliverComment(api, repository, issue, 'created', comment.id);
    return { status: 201, body: commentShape(api.state, api.url, comment) };
  });
}

export function editComment(api: Api, asked: Asked, parts: Parts): Reply | Promise<Reply> {
  const { body } = asked;
  return changeComment(api, asked, parts, 'edited', (comment) => {
    comment.body = text(body['body']);
    comment.updatedAt = api.now();
    return { status: 200, body: commentShape(api.state, api.url, comment) };
  });
}

export function deleteComment(api: Api, asked: Asked, parts: Parts): Reply | Promise<Reply> {
  return changeComment(api, asked, parts, 'deleted', (comment) => {
    comment.deleted = true;
    return { status: 204 };
  });
}

/** Whoever wrote it may change it, and whoever may write to the repository. */
function changeComment(
  api: Api,
  { login }: Asked,
  parts: Parts,
  action: string,
  change: (comment: State['comments'][number]) => Reply,
): Reply | Promise<Reply> {
  return withRepository(api, parts, async (repository): Promise<Reply> => {
    const comment = api.state.comments.find(
      ({ id, repositoryId, deleted }) => id === Number(parts['id']) && repositoryId === repository.id && !deleted,
    );
    const issue = repository.issues.find(({ number }) => number === comment?.issue);
    if (comment === undefined || issue === undefined) return NOT_FOUND;
    if (comment.author !== login && roleOf(api.state, repository, login) === 'read') {
      return { status: 403, body: { message: '', url: '' } };
    }
    const reply = change(comment);
    await deliverComment(api, repository, issue, action, comment.id);
    return reply;
  });
}

/** Of a pull request that is not there, a real forge says so with the status of a fault of its own. */
function withCommented(
  api: Api,
  parts: Parts,
  use: (repository: Repository, issue: Issue) => Reply | Promise<Reply>,
): Reply | Promise<Reply> {
  return withRepository(api, parts, (repository): Reply | Promise<Reply> => {
    const index = Number(parts['number']);
    const issue = repository.issues.find(({ number }) => number === index);
    if (issue !== undefined) return use(repository, issue);
    const message = `issue does not exist [id: 0, repo_id: ${repository.id}, index: ${index}]`;
    return { status: 500, body: { message, url: '' } };
  });
}

/** A comment on a pull request and one on an issue share the event's name; only the type tells. */
async function deliverComment(
  api: Api,
  repository: Repository,
  issue: Issue,
  action: string,
  id: number,
): Promise<void> {
  const comment = api.state.comments.find((candidate) => candidate.id === id);
  if (comment === undefined) return;
  const pull = issue.pull === undefined ? {} : { pull_request: await pullShape(api.state, api.url, repository, issue) };
  api.deliver(repository, 'issue_comment', issue.pull === undefined ? 'issue_comment' : 'pull_request_comment', {
    action,
    issue: issueShape(api.state, api.url, repository, issue),
    comment: commentShape(api.state, api.url, comment),
    is_pull: issue.pull !== undefined,
    ...pull,
  });
}
