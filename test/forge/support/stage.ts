import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delay } from '../../../src/base/deadline.ts';
import { mustRun } from '../../../src/base/process.ts';
import { giteaForge } from '../../../src/forge/gitea/client.ts';
import type { Forge, RepositoryName } from '../../../src/forge/types.ts';

const LONGEST_WAIT_MS = 100_000;
const TICK_MS = 50;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/**
 * A forge to act on as several people, whichever it is. What it makes has names that nobody else has, and is removed with
 * it.
 */
export interface Stage extends AsyncDisposable {
  readonly url: string;
  /** Someone with no rights anywhere; the login begins with the name. */
  addPerson(name: string): Promise<string>;
  /** An organisation whose members may write to its repositories, but those who are named as readers; its name. */
  addOrganisation(
    name: string,
    people: { readonly writers: readonly string[]; readonly readers?: readonly string[] },
  ): Promise<string>;
  /** An empty repository, its default branch `main`; a private one is for the organisation only. */
  addRepository(organisation: string, name: string, isPrivate?: boolean): Promise<RepositoryName>;
  fork(login: string, of: RepositoryName): Promise<RepositoryName>;
  removeRepository(name: RepositoryName): Promise<void>;
  /** Calls a repository something else; its old name leads to the new one. */
  renameRepository(name: RepositoryName, to: string): Promise<RepositoryName>;
  /** A token of someone, for no more than these scopes. */
  addToken(login: string, scopes: readonly string[]): Promise<string>;
  /** A token of somebody who administers everything. */
  adminToken(): Promise<string>;
  /** Asks the API as someone who may do all that they have the right to. */
  call(login: string, method: string, path: string, body?: unknown): Promise<Answer>;
  /** Where someone pushes to; it holds their password. */
  remote(login: string, name: RepositoryName): string;
}

/** The scopes that the server's account needs at most. */
export const BOT_SCOPES = ['write:repository', 'write:issue', 'read:organization', 'read:user'] as const;

export function clientOf(stage: Stage, token: string): Forge {
  return giteaForge({ id: 'git', url: stage.url, token: async () => token, retries: 0 });
}

/** As `call`, and a refusal is an error that says which. */
export async function must(
  stage: Stage,
  login: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const answer = await stage.call(login, method, path, body);
  if (answer.status < 300) return answer.body;
  throw new Error(`${method} ${path} as ${login}: ${answer.status} ${JSON.stringify(answer.body)}`);
}

/** Opens a pull request; its number. A forge may not know a branch yet that was pushed a moment ago. */
export async function openPull(
  stage: Stage,
  login: string,
  { owner, name }: RepositoryName,
  pull: { readonly head: string; readonly base: string },
): Promise<number> {
  const body = { title: `Merge ${pull.head}`, ...pull };
  const made = await eventually(async () => {
    const answer = await stage.call(login, 'POST', `repos/${owner}/${name}/pulls`, body);
    return answer.status === 201 ? (answer.body as { number: number }) : undefined;
  });
  return made.number;
}

/** Waits for what a forge does a moment after it has answered. */
export async function eventually<T>(ask: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  const end = performance.now() + LONGEST_WAIT_MS;
  for (;;) {
    const found = await ask();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`the forge has not done it within ${LONGEST_WAIT_MS / 1000} s`);
    await delay(TICK_MS);
  }
}

/** A clone to push from. */
export interface Work extends AsyncDisposable {
  /** Commits a file on top of what the branch has here, and pushes; the commit. */
  push(branch: string, text: string, options?: PushOptions): Promise<string>;
}

interface PushOptions {
  /** Begins the branch anew at this commit. */
  readonly from?: string;
  readonly to?: RepositoryName;
  readonly as?: string;
}

export async function openWork(stage: Stage, login: string, name: RepositoryName): Promise<Work> {
  const directory = await mkdtemp(join(tmpdir(), 'cc-ci-work-'));
  const git = (...args: string[]) =>
    mustRun(['git', '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], { cwd: directory });
  await git('init', '--quiet', '--initial-branch=main', '.');
  return {
    async push(branch, text, { from, to = name, as = login } = {}) {
      if (from !== undefined) await git('checkout', '--quiet', '-B', branch, from);
      await writeFile(join(directory, 'compose.yml'), text);
      await git('add', '--all');
      await git('commit', '--quiet', '--message', text);
      await git('push', '--quiet', '--force', stage.remote(as, to), `HEAD:refs/heads/${branch}`);
      return (await git('rev-parse', 'HEAD')).stdout.trim();
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
