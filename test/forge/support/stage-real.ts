import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Answer, Stage } from './stage.ts';

/** Whether a Gitea or Forgejo is named to run against: `CC_CI_FORGE_URL`, and a file with a token of an administrator. */
export function realForge(env: Readonly<Record<string, string | undefined>> = process.env): RealForge | undefined {
  const url = env['CC_CI_FORGE_URL'] ?? '';
  const tokenFile = env['CC_CI_FORGE_TOKEN_FILE'] ?? '';
  if (url === '') return undefined;
  if (tokenFile === '')
    throw new Error('CC_CI_FORGE_URL is set, and CC_CI_FORGE_TOKEN_FILE, a file with an administrator’s token, is not');
  return { url: url.replace(/\/+$/, ''), tokenFile };
}

export interface RealForge {
  readonly url: string;
  readonly tokenFile: string;
}

/** A Gitea or a Forgejo as a stage. */
export async function openRealStage({ url, tokenFile }: RealForge): Promise<Stage> {
  const admin = (await readFile(tokenFile, 'utf8')).trim();
  const password = randomBytes(18).toString('base64url');
  const mark = randomBytes(4).toString('hex');
  const undo = new AsyncDisposableStack();

  const ask = async (authorization: string, method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await fetch(`${url}/api/v1/${path}`, {
      method,
      redirect: 'manual',
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: /^[[{]/.test(text) ? (JSON.parse(text) as unknown) : undefined,
    };
  };
  const command = async <T>(
    method: string,
    path: string,
    body?: unknown,
    accepts: readonly number[] = [],
  ): Promise<T> => {
    const answer = await ask(`token ${admin}`, method, path, body);
    if (answer.status < 300 || accepts.includes(answer.status)) return answer.body as T;
    throw new Error(`${method} ${path}: the forge answered ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  /** What is gone already needs no removal. */
  const removeLater = (path: string) => undo.defer(() => command<void>('DELETE', path, undefined, [301, 404]));
  const basic = (login: string) => `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`;
  await command('GET', 'user');

  return {
    url,
    async addPerson(name) {
      const login = `${name}-${mark}`;
      const email = `${login}@example.org`;
      await command('POST', 'admin/users', { username: login, email, password, must_change_password: false });
      removeLater(`admin/users/${login}?purge=true`);
      return login;
    },
    async addOrganisation(name, { writers, readers = [] }) {
      const username = `${name}-${mark}`;
      await command('POST', 'orgs', { username });
      removeLater(`orgs/${username}`);
      for (const [permission, people] of [
        ['write', writers],
        ['read', readers],
      ] as const) {
        const units = ['repo.code', 'repo.issues', 'repo.pulls'];
        const { id } = await command<{ id: number }>('POST', `orgs/${username}/teams`, {
          name: permission,
          permission,
          units,
          includes_all_repositories: true,
        });
        for (const login of people) await command('PUT', `teams/${id}/members/${login}`);
      }
      return username;
    },
    async addRepository(owner, name, isPrivate = false) {
      await command('POST', `orgs/${owner}/repos`, { name, private: isPrivate, default_branch: 'main' });
      removeLater(`repos/${owner}/${name}`);
      return { owner, name };
    },
    async fork(login, { owner, name }) {
      const answer = await ask(basic(login), 'POST', `repos/${owner}/${name}/forks`, {});
      if (answer.status !== 202) throw new Error(`the fork of ${owner}/${name}: ${answer.status}`);
      return { owner: login, name };
    },
    removeRepository: ({ owner, name }) => command('DELETE', `repos/${owner}/${name}`),
    async renameRepository({ owner, name }, to) {
      await command('PATCH', `repos/${owner}/${name}`, { name: to });
      removeLater(`repos/${owner}/${to}`);
      return { owner, name: to };
    },
    async addToken(login, scopes) {
      const name = randomBytes(6).toString('hex');
      const answer = await ask(basic(login), 'POST', `users/${login}/tokens`, { name, scopes });
      return (answer.body as { sha1: string }).sha1;
    },
    adminToken: async () => admin,
    call: (login, method, path, body) => ask(basic(login), method, path, body),
    remote(login, { owner, name }) {
      const at = new URL(`${url}/${owner}/${name}.git`);
      at.username = login;
      at.password = password;
      return String(at);
    },
    [Symbol.asyncDispose]: () => undo.disposeAsync(),
  };
}
