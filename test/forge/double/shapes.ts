import { commitOf } from './git.ts';
import { type Comment, type Hook, type Issue, type Repository, type State, type Status, stamp } from './state.ts';

/** The answers' forms, with the fields that clients read. */

export function userShape(state: State, login: string) {
  const user = state.users.find((candidate) => candidate.login === login);
  return { id: user?.id ?? 0, login, username: login, email: `${login}@example.org`, is_admin: user?.admin ?? false };
}

export function repositoryShape(state: State, url: string, repository: Repository, viewer?: string) {
  const full = `${repository.owner}/${repository.name}`;
  const role = viewer === undefined ? 'read' : roleOf(state, repository, viewer);
  return {
    id: repository.id,
    owner: { ...userShape(state, repository.owner), id: 1000 + repository.id },
    name: repository.name,
    full_name: full,
    fork: repository.parentId !== undefined,
    clone_url: `${url}/${full}.git`,
    html_url: `${url}/${full}`,
    default_branch: 'main',
    permissions: { admin: role === 'admin', push: role !== 'read', pull: true },
  };
}

/** What someone may do in a repository; its organisation's members may write, as a team of maintainers usually can. */
export function roleOf(state: State, repository: Repository, login: string): 'read' | 'write' | 'admin' {
  const user = state.users.find((candidate) => candidate.login === login);
  if (user?.admin === true || repository.owner === login) return 'admin';
  const given = repository.collaborators.get(login);
  if (given !== undefined) return given;
  return state.organisations.get(repository.owner)?.has(login) === true ? 'write' : 'read';
}

/** Whether it is there at all for someone. */
export function maySee(state: State, repository: Repository, login: string): boolean {
  if (!repository.isPrivate || roleOf(state, repository, login) !== 'read') return true;
  return repository.collaborators.has(login) || state.organisations.get(repository.owner)?.has(login) === true;
}

export async function pullShape(state: State, url: string, repository: Repository, issue: Issue) {
  const { pull } = issue;
  if (pull === undefined) throw new Error(`#${issue.number} is no pull request`);
  const page = `${url}/${repository.owner}/${repository.name}/pulls/${issue.number}`;
  const source = state.repositories.find(({ id, gone }) => id === pull.headRepositoryId && !gone);
  return {
    id: issue.number,
    url: page,
    html_url: page,
    number: issue.number,
    user: userShape(state, issue.author),
    title: issue.title,
    state: issue.state,
    base: {
      label: pull.baseRef,
      ref: pull.baseRef,
      sha: await commitOf(repository.git, `refs/heads/${pull.baseRef}`),
      repo_id: repository.id,
      repo: repositoryShape(state, url, repository),
    },
    head: {
      label: pull.headRef,
      ref: source === undefined ? `refs/pull/${issue.number}/head` : pull.headRef,
      sha: await commitOf(repository.git, `refs/pull/${issue.number}/head`),
      repo_id: source?.id ?? -1,
      repo: source === undefined ? null : repositoryShape(state, url, source),
    },
  };
}

export function issueShape(state: State, url: string, repository: Repository, issue: Issue) {
  const html = `${url}/${repository.owner}/${repository.name}/issues/${issue.number}`;
  return {
    id: issue.number,
    html_url: html,
    number: issue.number,
    user: userShape(state, issue.author),
    title: issue.title,
    body: issue.body ?? '',
    state: issue.state,
  };
}

export function commentShape(state: State, url: string, comment: Comment) {
  const repository = state.repositories.find(({ id }) => id === comment.repositoryId);
  const issue = repository?.issues.find(({ number }) => number === comment.issue);
  const kind = issue?.pull === undefined ? 'issues' : 'pulls';
  const page = `${url}/${repository?.owner}/${repository?.name}/${kind}/${comment.issue}`;
  return {
    id: comment.id,
    html_url: `${page}#issuecomment-${comment.id}`,
    pull_request_url: kind === 'pulls' ? page : '',
    issue_url: kind === 'pulls' ? '' : page,
    user: userShape(state, comment.author),
    body: comment.body,
    created_at: stamp(comment.createdAt),
    updated_at: stamp(comment.updatedAt),
  };
}

export function statusShape(status: Status) {
  return {
    id: status.id,
    status: status.state,
    target_url: status.targetUrl,
    description: status.description,
    context: status.context,
    created_at: stamp(status.createdAt),
    updated_at: stamp(status.createdAt),
  };
}

export function hookShape({ url }: Hook) {
  return { type: 'gitea', active: true, config: { content_type: 'json', url } };
}
