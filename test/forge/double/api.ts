import { commentsSince, createComment, deleteComment, editComment, listComments } from './comments.ts';
import type { Asked, Reply } from './double.ts';
import { commitOf, fetchRef, setRef } from './git.ts';
import { addHook, listHooks } from './hooks.ts';
import { editIssue, listIssues, openIssue } from './issues.ts';
import { type Api, NOT_FOUND, type Parts, page, text, withRepository } from './lookup.ts';
import { addCollaborator, isMember, isPublicMember, showMember, showOrganisation, showUser } from './members.ts';
import { editPull, getPull, listPulls, mergePull, openPull, reviewPull, searchPulls } from './pulls.ts';
import { maySee, pullShape, repositoryShape, roleOf, statusShape, userShape } from './shapes.ts';
import type { Repository } from './state.ts';

type Handler = (api: Api, asked: Asked, parts: Parts) => Reply | Promise<Reply>;

/** The subset that cc-ci uses, and what sets a scene up. */
const ROUTES: readonly (readonly [method: string, path: RegExp, scope: string | undefined, handler: Handler])[] = [
  ['GET', /^user$/, 'user', ({ state }, { login }) => ({ status: 200, body: userShape(state, login) })],
  ['GET', /^version$/, undefined, () => ({ status: 200, body: { version: 'double' } })],
  ['GET', /^users\/(?<user>[^/]+)$/, 'user', showUser],
  ['GET', /^orgs\/(?<org>[^/]+)$/, 'organization', showOrganisation],
  ['GET', /^orgs\/(?<org>[^/]+)\/members\/(?<user>[^/]+)$/, 'organization', isMember],
  ['GET', /^orgs\/(?<org>[^/]+)\/public_members\/(?<user>[^/]+)$/, 'organization', isPublicMember],
  ['PUT', /^orgs\/(?<org>[^/]+)\/public_members\/(?<user>[^/]+)$/, 'organization', showMember],
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
  ['POST', /^repos\/(?<repo>[^/]+\/[^/]+)\/pulls\/(?<number>\d+)\/merge$/, 'repository', mergePull],
  ['POST', /^repos\/(?<repo>[^/]+\/[^/]+)\/pulls\/(?<number>\d+)\/reviews$/, 'repository', reviewPull],
  ['GET', /^repos\/(?<repo>[^/]+\/[^/]+)\/git\/refs\/(?<ref>pull\/\d+\/head)$/, 'repository', getRef],
  ['GET', /^repos\/(?<repo>[^/]+\/[^/]+)\/git\/commits\/(?<sha>[^/]+)$/, 'repository', getCommit],
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
  ['GET', /^repos\/(?<repo>[^/]+\/[^/]+)\/commits\/(?<sha>[^/]+)\/statuses$/, 'repository', listStatuses],
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
    const full = parts['repo'];
    const about = api.state.repositories.find(({ owner, name, gone }) => !gone && `${owner}/${name}` === full);
    if (about !== undefined && !maySee(api.state, about, asked.login)) return NOT_FOUND;
    return handler(api, asked, parts);
  }
  return NOT_FOUND;
}

function allows(scopes: readonly string[] | undefined, needed: string): boolean {
  return scopes === undefined || scopes.includes(needed) || scopes.includes(needed.replace('read:', 'write:'));
}

function getRef(api: Api, _asked: Asked, parts: Parts): Reply | Promise<Reply> {
  return withRepository(api, parts, async (repository): Promise<Reply> => {
    const ref = `refs/${parts['ref'] ?? ''}`;
    const sha = await commitOf(repository.git, ref);
    return sha === undefined
      ? NOT_FOUND
      : { status: 200, body: [{ ref, url: '', object: { type: 'commit', sha, url: '' } }] };
  });
}

function getCommit(api: Api, _asked: Asked, parts: Parts): Reply | Promise<Reply> {
  return withRepository(api, parts, async (repository): Promise<Reply> => {
    const sha = await commitOf(repository.git, parts['sha'] ?? '');
    return sha === undefined ? NOT_FOUND : { status: 200, body: { sha } };
  });
}

function getBranch(api: Api, _asked: Asked, parts: Parts): Reply | Promise<Reply> {
  return withRepository(api, parts, async (repository): Promise<Reply> => {
    const name = parts['branch'] ?? '';
    const id = await commitOf(repository.git, `refs/heads/${name}`);
    return id === undefined ? NOT_FOUND : { status: 200, body: { name, commit: { id } } };
  });
}

async function setStatus(api: Api, { login, body }: Asked, parts: Parts): Promise<Reply> {
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

/** All that were ever set, in order. */
async function listStatuses(api: Api, asked: Asked, parts: Parts): Promise<Reply> {
  return withRepository(api, parts, async (repository): Promise<Reply> => {
    const sha = await commitOf(repository.git, parts['sha'] ?? '');
    if (sha === undefined) return NOT_FOUND;
    const found = api.state.statuses.filter((status) => status.repositoryId === repository.id && status.sha === sha);
    const { slice, headers } = page(asked, found);
    return { status: 200, headers, body: slice.map(statusShape) };
  });
}

async function combinedStatus(api: Api, _asked: Asked, parts: Parts): Promise<Reply> {
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
