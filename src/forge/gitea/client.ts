import type { z } from 'zod';
import { CodedError } from '../../base/errors.ts';
import { ForgeError } from '../errors.ts';
import type { Forge, ForgeComment, PullRequest, RepositoryName } from '../types.ts';
import { type ForgeHttpOptions, forgeHttp, refused } from './http.ts';
import { readAll, readList } from './list.ts';
import * as gitea from './schemas.ts';

export interface GiteaOptions extends ForgeHttpOptions {
  readonly id: string;
}

/** The client of a Gitea or a Forgejo: the calls we make are the same on both. */
export function giteaForge(options: GiteaOptions): Forge {
  const http = forgeHttp(options);
  const repo = repositoryPath;
  /** A forge answers 500, too, when what is asked about is not there; a question about that itself tells which it is. */
  const unlessGone = async <T>(answer: Promise<T>, path: string): Promise<T> => {
    try {
      return await answer;
    } catch (error: unknown) {
      if (!(error instanceof ForgeError) || error.status !== 500) throw error;
      const itself = await http.ask({ method: 'GET', path });
      throw itself.status === 404 ? refused(`GET ${path}`, itself) : error;
    }
  };
  return {
    id: options.id,
    whoAmI: async () => http.read({ method: 'GET', path: 'user' }, gitea.User),
    async clock() {
      const { headers } = await http.ask({ method: 'GET', path: 'version' });
      const date = Date.parse(headers.get('date') ?? '');
      return new Date(Number.isNaN(date) ? Date.now() : date).toISOString().replace(/\.\d+/, '');
    },
    async repository(name) {
      const found = await http.read({ method: 'GET', path: repo(name) }, gitea.Repository);
      const { permissions = { pull: true, push: false, admin: false } } = found;
      return {
        id: found.id,
        owner: found.owner.login,
        name: found.name,
        cloneUrl: found.clone_url,
        webUrl: found.html_url,
        defaultBranch: found.default_branch,
        permissions,
      };
    },
    async pullRequest(name, number) {
      const path = `${repo(name)}/pulls/${number}`;
      const answer = await http.ask({ method: 'GET', path });
      if (answer.status === 404) return undefined;
      return pullRequestOf(await http.read({ method: 'GET', path }, gitea.PullRequest));
    },
    async headOf(name, number) {
      const ref = `refs/pull/${number}/head`;
      const answer = await http.ask({ method: 'GET', path: `${repo(name)}/git/${ref}` });
      if (answer.status === 404) return undefined;
      if (answer.status !== 200) throw refused(`GET ${ref}`, answer);
      // A list: the forge answers with every ref that begins so.
      return gitea.References.parse(answer.body).find((found) => found.ref === ref)?.object.sha;
    },
    async branchHead(name, branch) {
      const path = `${repo(name)}/branches/${branch.split('/').map(part).join('/')}`;
      const answer = await http.ask({ method: 'GET', path });
      if (answer.status === 404) return undefined;
      return (await http.read({ method: 'GET', path }, gitea.Branch)).commit.id;
    },
    async openIssues(name, author) {
      const query = { state: 'open', type: 'issues', created_by: author };
      return readAll(http, options, { path: `${repo(name)}/issues`, query, schema: gitea.Issue });
    },
    async openIssue(name, { title, body }) {
      const request = { method: 'POST', path: `${repo(name)}/issues`, body: { title, body } } as const;
      return http.read(request, gitea.Issue);
    },
    async closeIssue(name, number) {
      const path = `${repo(name)}/issues/${number}`;
      await http.read({ method: 'PATCH', path, body: { state: 'closed' } }, gitea.Issue);
    },
    async commentsSince(name, since) {
      const path = `${repo(name)}/issues/comments`;
      const { items, complete } = await readList(http, options, { path, query: { since }, schema: gitea.Comment });
      const found = items.map(commentOf);
      // They come in the order in which they were made, so what was left out was made, and changed, at this time or later.
      const upTo = complete ? undefined : (found.at(-1)?.createdAt ?? since);
      const known = upTo === undefined ? found : found.filter(({ updatedAt }) => updatedAt <= upTo);
      if (known.length === 0 && !complete) throw tooMany(path);
      return known.sort((left, right) => left.updatedAt.localeCompare(right.updatedAt) || left.id - right.id);
    },
    async pullRequestsChanged(owner, since) {
      const query = { type: 'pulls', state: 'open', owner: part(owner), since };
      const found = await readAll(http, options, { path: 'repos/issues/search', query, schema: gitea.FoundIssue });
      return found.map(({ number, repository: { id, name, owner } }) => ({ repositoryId: id, owner, name, number }));
    },
    async comments(name, number) {
      const path = `${repo(name)}/issues/${number}/comments`;
      const found = await unlessGone(
        readAll(http, options, { path, schema: gitea.Comment }),
        `${repo(name)}/pulls/${number}`,
      );
      return found.map(commentOf);
    },
    async createComment(name, number, body) {
      const path = `${repo(name)}/issues/${number}/comments`;
      const made = http.read({ method: 'POST', path, body: { body } }, gitea.Comment);
      return commentOf(await unlessGone(made, `${repo(name)}/pulls/${number}`));
    },
    async editComment(name, id, body) {
      const path = `${repo(name)}/issues/comments/${id}`;
      const answer = await http.ask({ method: 'PATCH', path, body: { body } });
      if (answer.status === 404) return false;
      if (answer.status !== 200) throw refused(`PATCH ${path}`, answer);
      return true;
    },
    async react(name, commentId, content) {
      const path = `${repo(name)}/issues/comments/${commentId}/reactions`;
      const answer = await http.ask({ method: 'POST', path, body: { content } });
      if (answer.status > 299) throw refused(`POST ${path}`, answer);
    },
    async setStatus(name, sha, { state, context, description, targetUrl }) {
      const body = { state, context, description, target_url: targetUrl };
      const path = `${repo(name)}/statuses/${fullSha(sha)}`;
      const answer = await unlessGone(http.ask({ method: 'POST', path, body }), `${repo(name)}/git/commits/${sha}`);
      if (answer.status !== 201) throw refused(`POST ${path}`, answer);
    },
    async statuses(name, sha) {
      const path = `${repo(name)}/commits/${fullSha(sha)}/status`;
      const found = await http.read({ method: 'GET', path }, gitea.CombinedStatus);
      // The forge resolves what it is given; an answer about another commit is no answer.
      if (found.sha !== sha) return [];
      return (found.statuses ?? []).map(({ context, status, target_url, created_at }) => ({
        context,
        state: status,
        targetUrl: target_url,
        createdAt: created_at,
      }));
    },
    async account(login) {
      if (!isName(login)) return undefined;
      const found = await http.ask({ method: 'GET', path: `users/${part(login)}` });
      if (found.status === 401) throw refused(`GET users/${login}`, found);
      // A name that was given up leads to who had it: that is nobody of that name.
      return found.status === 200 ? gitea.User.parse(found.body) : undefined;
    },
    async organisationId(name) {
      const found = await http.ask({ method: 'GET', path: `orgs/${part(name)}` });
      if (found.status === 401) throw refused(`GET orgs/${name}`, found);
      return found.status === 200 ? gitea.Organisation.parse(found.body).id : undefined;
    },
    async isMember(organisation, login) {
      // Accounts of other servers have names that lead elsewhere, and are of no organisation here.
      if (!isName(login)) return false;
      // 204 is yes. Asked by someone outside of the organisation a forge redirects to its public members: that is no answer.
      const answer = await http.ask({ method: 'GET', path: `orgs/${part(organisation)}/members/${part(login)}` });
      return answer.status === 204;
    },
  };
}

/** A pull request as the API or a webhook shows it. Pure. */
export function pullRequestOf(found: z.infer<typeof gitea.PullRequest>): PullRequest {
  return {
    number: found.number,
    state: found.state,
    title: found.title,
    webUrl: found.html_url,
    headSha: found.head.sha,
    baseSha: found.base.sha,
    baseRef: found.base.ref,
    fromFork: found.head.repo === null || found.head.repo.id !== found.base.repo_id,
  };
}

/** A comment as the API or a webhook shows it. Pure. */
export function commentOf(found: z.infer<typeof gitea.Comment>): ForgeComment {
  const number = /\/pulls\/(?<number>\d+)$/.exec(found.pull_request_url)?.groups?.['number'];
  return {
    id: found.id,
    author: { id: found.user.id, login: found.user.login },
    body: found.body,
    createdAt: found.created_at,
    updatedAt: found.updated_at,
    pullRequest: number === undefined ? undefined : Number(number),
    webUrl: found.html_url,
  };
}

/** The path of a repository below `/api/v1/`. */
export function repositoryPath({ owner, name }: RepositoryName): string {
  return `repos/${part(owner)}/${part(name)}`;
}

/** One part of a path. A name with a slash or dots of its own would ask for something else. */
function part(name: string): string {
  if (isName(name)) return name;
  throw new CodedError({
    code: 'E_FORGE_NAME',
    message: `${JSON.stringify(name)} is no name of a user, organisation or repository`,
    fault: 'usage',
  });
}

function isName(text: string): boolean {
  return /^[A-Za-z0-9._-]{1,255}$/.test(text) && !/^\.+$/.test(text);
}

function tooMany(path: string): ForgeError {
  return new ForgeError({
    failure: 'too-large',
    message: `GET ${path}: more comments were changed since the last look than are read at a time`,
    hint: 'what is said there from now on is found by webhook; the poll goes on once they are fewer',
  });
}

function fullSha(sha: string): string {
  if (/^[0-9a-f]{40}$/.test(sha)) return sha;
  throw new CodedError({ code: 'E_FORGE_SHA', message: `${JSON.stringify(sha)} is no full commit id`, fault: 'cc-ci' });
}
