import type { Asked, Reply } from './double.ts';
import { type Api, type Parts, page, text, withIssue, withRepository } from './lookup.ts';
import { issueShape } from './shapes.ts';
import type { Issue } from './state.ts';

export function openIssue(api: Api, { login, body }: Asked, parts: Parts): Reply {
  return withRepository(api, parts, (repository): Reply => {
    const issue: Issue = {
      number: repository.issues.length + 1,
      author: login,
      title: text(body['title']),
      body: text(body['body']),
      state: 'open',
      pull: undefined,
    };
    repository.issues.push(issue);
    return { status: 201, body: issueShape(api.state, api.url, repository, issue) };
  });
}

export function listIssues(api: Api, asked: Asked, parts: Parts): Reply {
  return withRepository(api, parts, (repository): Reply => {
    const wanted = (name: string, value: string) => [null, value].includes(asked.query.get(name));
    const found = repository.issues.filter(
      ({ state, pull, author }) =>
        state === (asked.query.get('state') ?? 'open') &&
        wanted('type', pull === undefined ? 'issues' : 'pulls') &&
        wanted('created_by', author),
    );
    const { slice, headers } = page(asked, found);
    return { status: 200, headers, body: slice.map((issue) => issueShape(api.state, api.url, repository, issue)) };
  });
}

export function editIssue(api: Api, { body }: Asked, parts: Parts): Reply | Promise<Reply> {
  return withIssue(api, parts, (repository, issue): Reply => {
    if (body['state'] === 'open' || body['state'] === 'closed') issue.state = body['state'];
    return { status: 201, body: issueShape(api.state, api.url, repository, issue) };
  });
}
