import type { Asked, Reply } from './double.ts';
import { commitOf, fetchRef, setRef } from './git.ts';
import { addHook, listHooks } from './hooks.ts';
import { editIssue, listIssues, openIssue } from './issues.ts';
import { type Api, NOT_FOUND, page, withIssue, withRepository } from './lookup.ts';
import { commentShape, issueShape, pullShape, repositoryShape, roleOf, statusShape, userShape } from './shapes.ts';
import type { Issue, Repository, State } from './state.ts';

type Handler = (api: Api, asked: Asked, parts: Readonly<Record<string, string>>) => Reply | Promise<Reply>;

/** The subset that cc-ci uses, and what sets a scene up. */
const ROUTES: readonly (readonly [method: string, path: RegExp, scope: string | undefined, handler: Handler])[] = [
  ['GET', /^user$/, 'user', ({ state }, { login }) => ({ status: 200, body: userShape(state, login) })],
  ['GET', /^version$/, undefined, () => ({ status: 200, body: { version: 'double' } })],
  ['GET', /^orgs\/(?<org>[^/]+)\/members\/(?<user>[^/]+)$/, 'organization', isMember],
  ['GET', /^orgs\/(?<org>[^/]+)\/public_members\/(?<user>[^/]+)$/, 'organization', () => NOT_FOUND],
  ['GET', /^repos\/issues\/search$/, 'issue', searchPulls],
  [
    'GET',
    /^repos\/(?<repo>[^/]+\/[^/]+)$/,
    'repository',
    (api, { login }, parts) =>
      withRepository(api, parts, (repository) => ({
        status: 200,
        body: repositoryShape(api.state, api.url, repository, login),
      })),
  ],
  ['GET', /^repos\/(?<repo>[^/]+\/[^/]+)\/pulls$/, 'repository', listPulls],
  ['POST', /^repos\/(?<repo>[^/]+\/[^/]+)\/pulls$/, 'repository', openPull],
  ['GET', /^repos\/(?<repo>[^/]+\/[^/]+)\/pulls\/(?<number>\d+)$/, 'repository', getPull],
  ['PATCH', /^repos\/(?<repo>[^/]+\/[^/]+)\/pulls\/(?<number>\d+)$/, 'repository', editPull],
  ['GET', /^repos\/(?<repo>[^/]+\/[^/]+)\/git\/refs\/(?<ref>pull\/\d+\/head)$/, 'repository', getRef],
  ['GET', /^repos\/(?<repo>[^/]+\/[^/]+)\/branches\/(?<branch>.+)$/, 'repository', getBranch],
  ['GET', /^repos\/(?<repo>[^/]+\/[^/]+)\/issues$/, 'issue', listIssues],
  ['POST', /^repos\/(?<repo>[^/]+\/[^/]+)\/issues$/, 'issue', openIssue],
  ['PATCH', /^repos\/(?<repo>[^/]+\/[^/]+)\/issues\/(?<number>\d+)$/, 'issue', editIssue],
  ['GET', /^repos\/(?<repo>[^/]+\/[^/]+)\/hooks$/, 'repository', listHooks],
  ['POST', /^repos\/(?<repo>[^/]+\/[^/]+)\/hooks$/, 'repository', addHook],
  ['GET', /^repos\/(?<repo>[^/]+\/[^/]+)\/issues\/comments$/, 'issue', commentsSince],
  ['GET', /^repos\/(?<repo>[^/]+\/[^/]+)\/issues\/(?<number>\d+)\/comments$/, 'issue', listComments],
  ['POST', /^repos\/(?<repo>[^/]+\/[^/]+)\/issues\/(?<number>\d+)\/comments$/, 'issue', createComment],
  ['PATCH', /^repos\/(?<repo>[^/]+\/[^/]+)\/issues\/comments\/(?<id>\d+)$/, 'issue', editComment],
  ['DELETE', /^repos\/(?<repo>[^/]+\/[^/]+)\/issues\/comments\/(?<id>\d+)$/, 'issue', deleteComment],
  [
    'POST',
    /^repos\/(?<repo>[^/]+\/[^/]+)\/issues\/comments\/\d+\/reactions$/,
    'issue',
    ({ state }, { login, body }) => ({
      status: 201,
      body: { user: userShape(state, login), content: body['content'] },
    }),
  ],
  ['POST', /^repos\/(?<repo>[^/]+\/[^/]+)\/statuses\/(?<sha>[^/]+)$/, 'repository', setStatus],
  ['GET', /^repos\/(?<repo>[^/]+\/[^/]+)\/commits\/(?<sha>[^/]+)\/status$/, 'repository', combinedStatus],
  ['PUT', /^repos\/(?<repo>[^/]+\/[^/]+)\/collaborators\/(?<user>[^/]+)$/, 'repository', addCollaborator],
];

/** Answers one call as the recorded forge does. */
export async function answerApi(api: Api, asked: Asked): Promise<Reply> {
  for (const [method, path, scope, handler] of ROUTES) {
    const parts =
      method === asked.method ? (path.exec(asked.path)?.groups ?? (path.test(asked.path) ? {} : undefined)) : undefined;
    if (parts === undefined) continue;
    if (asked.login === '') return { status: 401, body: { message: 'user does not exist [uid: 0, name: ]', url: '' } };
    const needed = scope === undefined ? undefined : `${method === 'GET' ? 'read' : 'write'}:${scope}`;
    if (needed !== undefined && !allows(asked.scopes, needed)) {
      const message = `token does not have at least one of required scope(s), required=[${needed}], token scope=${asked.scopes?.join(',')}`;
      return { status: 403, body: { message, url: '' } };
    }
    return handler(api, asked, parts);
  }
  return NOT_FOUND;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function allows(scopes: readonly string[] | undefined, needed: string): boolean {
  return scopes === undefined || scopes.includes(needed) || scopes.includes(needed.replace('read:', 'write:'));
}

/** Someone outside of the organisation is sent to its public members. */
function isMember({ state }: Api, { login }: Asked, { org = '', user = '' }: Readonly<Record<string, string>>): Reply {
  const members = state.organisations.get(org);
  if (members === undefined) return NOT_FOUND;
  const admin = state.users.find((candidate) => candidate.login === login)?.admin === true;
  if (!admin && !members.has(login))
    return { status: 303, headers: { location: `/api/v1/orgs/${org}/public_members/${user}` } };
  return members.has(user) ? { status: 204 } : NOT_FOUND;
}

function getRef(api: Api, _asked: Asked, parts: Readonly<Record<string, string>>): Reply | Promise<Reply> {
  return withRepository(api, parts, async (repository): Promise<Reply> => {
    const ref = `refs/${parts['ref'] ?? ''}`;
    const sha = await commitOf(repository.git, ref);
    return sha === undefined
      ? NOT_FOUND
      : { status: 200, body: [{ ref, url: '', object: { type: 'commit', sha, url: '' } }] };
  });
}

function getBranch(api: Api, _asked: Asked, parts: Readonly<Record<string, string>>): Reply | Promise<Reply> {
  return withRepository(api, parts, async (repository): Promise<Reply> => {
    const name = parts['branch'] ?? '';
    const id = await commitOf(repository.git, `refs/heads/${name}`);
    return id === undefined ? NOT_FOUND : { status: 200, body: { name, commit: { id } } };
  });
}

async function listPulls(api: Api, asked: Asked, parts: Readonly<Record<string, string>>): Promise<Reply> {
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

async function openPull(api: Api, { login, body }: Asked, parts: Readonly<Record<string, string>>): Promise<Reply> {
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

async function getPull(api: Api, _asked: Asked, parts: Readonly<Record<string, string>>): Promise<Reply> {
  return withIssue(api, parts, async (repository, issue) =>
    issue.pull === undefined
      ? NOT_FOUND
      : { status: 200, body: await pullShape(api.state, api.url, repository, issue) },
  );
}

async function editPull(api: Api, { body }: Asked, parts: Readonly<Record<string, string>>): Promise<Reply> {
  return withIssue(api, parts, async (repository, issue) => {
    if (issue.pull === undefined) return NOT_FOUND;
    if (body['state'] === 'open' || body['state'] === 'closed') issue.state = body['state'];
    const shape = await pullShape(api.state, api.url, repository, issue);
    if (issue.state === 'closed')
      api.deliver(repository, 'pull_request', 'pull_request', {
        action: 'closed',
        number: issue.number,
        pull_request: shape,
      });
    return { status: 201, body: shape };
  });
}

/** Pull requests only, of one owner: what cc-ci asks for. */
function searchPulls({ state }: Api, asked: Asked): Reply {
  const since = Date.parse(asked.query.get('since') ?? '1970-01-01T00:00:00Z');
  const found = state.repositories
    .filter(({ owner, gone }) => !gone && owner === asked.query.get('owner'))
    .flatMap(({ id, owner, name, issues }) =>
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

function commentsSince(api: Api, asked: Asked, parts: Readonly<Record<string, string>>): Reply {
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

function listComments(api: Api, asked: Asked, parts: Readonly<Record<string, string>>): Reply | Promise<Reply> {
  return withIssue(api, parts, (repository, issue) => {
    const found = api.state.comments.filter(
      (comment) => comment.repositoryId === repository.id && comment.issue === issue.number && !comment.deleted,
    );
    const { slice, headers } = page(asked, found);
    return { status: 200, headers, body: slice.map((comment) => commentShape(api.state, api.url, comment)) };
  });
}

function createComment(
  api: Api,
  { login, body }: Asked,
  parts: Readonly<Record<string, string>>,
): Reply | Promise<Reply> {
  return withIssue(api, parts, async (repository, issue) => {
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

function editComment(api: Api, { body }: Asked, parts: Readonly<Record<string, string>>): Reply | Promise<Reply> {
  return changeComment(api, parts, 'edited', (comment) => {
    comment.body = text(body['body']);
    comment.updatedAt = api.now();
    return { status: 200, body: commentShape(api.state, api.url, comment) };
  });
}

function deleteComment(api: Api, _asked: Asked, parts: Readonly<Record<string, string>>): Reply | Promise<Reply> {
  return changeComment(api, parts, 'deleted', (comment) => {
    comment.deleted = true;
    return { status: 204 };
  });
}

function changeComment(
  api: Api,
  parts: Readonly<Record<string, string>>,
  action: string,
  change: (comment: State['comments'][number]) => Reply,
): Reply | Promise<Reply> {
  return withRepository(api, parts, async (repository): Promise<Reply> => {
    const comment = api.state.comments.find(
      ({ id, repositoryId, deleted }) => id === Number(parts['id']) && repositoryId === repository.id && !deleted,
    );
    const issue = repository.issues.find(({ number }) => number === comment?.issue);
    if (comment === undefined || issue === undefined) return NOT_FOUND;
    const reply = change(comment);
    await deliverComment(api, repository, issue, action, comment.id);
    return reply;
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

async function setStatus(api: Api, { login, body }: Asked, parts: Readonly<Record<string, string>>): Promise<Reply> {
  return withRepository(api, parts, async (repository): Promise<Reply> => {
    if (roleOf(api.state, repository, login) === 'read')
      return { status: 403, body: { message: 'user should have a permission to write to a repo', url: '' } };
    const sha = await commitOf(repository.git, parts['sha'] ?? '');
    if (sha === undefined) return { status: 500, body: { message: '', url: '' } };
    const status = {
      id: api.state.statuses.length + 1,
      repositoryId: repository.id,
      sha,
      context: text(body['context']) || 'default',
      state: text(body['state']),
      description: text(body['description']),
      targetUrl: text(body['target_url']),
      createdAt: api.now(),
    };
    api.state.statuses.push(status);
    return { status: 201, body: statusShape(status) };
  });
}

async function combinedStatus(api: Api, _asked: Asked, parts: Readonly<Record<string, string>>): Promise<Reply> {
  return withRepository(api, parts, async (repository): Promise<Reply> => {
    const sha = await commitOf(repository.git, parts['sha'] ?? '');
    if (sha === undefined) return NOT_FOUND;
    const newest = new Map(
      api.state.statuses
        .filter((status) => status.repositoryId === repository.id && status.sha === sha)
        .map((status) => [status.context, status]),
    );
    const statuses = [...newest.values()];
    const state = statuses.length > 0 && statuses.every((status) => status.state === 'success') ? 'success' : 'pending';
    return {
      status: 200,
      headers: { 'x-total-count': String(statuses.length) },
      body: { state, sha, total_count: statuses.length, statuses: statuses.map(statusShape) },
    };
  });
}

function addCollaborator(api: Api, { login, body }: Asked, parts: Readonly<Record<string, string>>): Reply {
  return withRepository(api, parts, (repository): Reply => {
    if (roleOf(api.state, repository, login) !== 'admin')
      return {
        status: 403,
        body: { message: 'user should be an owner or a collaborator with admin write of a repository', url: '' },
      };
    repository.collaborators.set(
      parts['user'] ?? '',
      body['permission'] === 'admin' ? 'admin' : body['permission'] === 'read' ? 'read' : 'write',
    );
    return { status: 204 };
  });
}

/** After a push: pull requests from that branch move, and the hooks are told. */
export async function afterPush(
  api: Api,
  pushed: Repository,
  moved: readonly { readonly ref: string; readonly before: string; readonly after: string }[],
): Promise<void> {
  for (const { ref, before, after } of moved) {
    api.deliver(pushed, 'push', 'push', { ref, before, after });
    const branch = ref.replace(/^refs\/heads\//, '');
    for (const repository of api.state.repositories) {
      for (const issue of repository.issues) {
        if (issue.state !== 'open' || issue.pull?.headRepositoryId !== pushed.id || issue.pull.headRef !== branch)
          continue;
        if (repository === pushed) await setRef(repository.git, `refs/pull/${issue.number}/head`, after);
        else await fetchRef(repository.git, pushed.git, branch, `refs/pull/${issue.number}/head`);
        api.state.lastCommentId += 1;
        const shape = await pullShape(api.state, api.url, repository, issue);
        api.deliver(repository, 'pull_request', 'pull_request_sync', {
          action: 'synchronized',
          number: issue.number,
          pull_request: shape,
        });
      }
    }
  }
}
