import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun } from '../../../src/base/process.ts';
import type { Bridge, Enrolled } from '../../../src/forge/bridge.ts';
import { giteaForge } from '../../../src/forge/gitea/client.ts';
import type { Runs } from '../../../src/forge/outbox/read-view.ts';
import type { Store } from '../../../src/store/store.ts';
import { type ForgeDouble, startForge } from '../double/double.ts';
import { eventually } from './stage.ts';

/** Runs that have pages and no results. */
export const RUNS: Runs = { link: (runId) => `http://ci.test/runs/${runId}/`, results: async () => undefined };

export const LONG_AGO = '2020-01-01T00:00:00Z';

/** An organisation with a recipe, an open pull request, a member, a stranger and our own account. */
export interface ForgeScene extends AsyncDisposable {
  readonly double: ForgeDouble;
  /** Of our own account. */
  readonly token: string;
  readonly enrolled: Enrolled;
  /** Comments as someone; the answer's id. */
  comment(login: string, body: string, number?: number): Promise<number>;
  /** Pushes a commit to the branch of the pull request, and waits until that has it; its id. */
  push(text: string): Promise<string>;
  head(): Promise<string>;
  /** What the pull request's change was made on. */
  main(): Promise<string>;
}

export interface Scene extends ForgeScene {
  readonly bridge: Bridge;
}

/** The scene with a bridge that works on a store. */
export async function openScene(store: Store, note?: (sentence: string) => void): Promise<Scene> {
  const scene = await openForgeScene(note);
  const me = await scene.enrolled.forge.whoAmI();
  return { ...scene, bridge: { db: store.db, botId: () => me.id, domainSuffix: 'ci.test', note } };
}

export async function openForgeScene(note?: (sentence: string) => void): Promise<ForgeScene> {
  const double = await startForge();
  double.addUser('root', { admin: true });
  for (const login of ['ada', 'mallory', 'ccci']) double.addUser(login);
  double.state.organisations.set('recipes', new Set(['ada', 'ccci']));
  const token = double.addToken('ccci', ['write:repository', 'write:issue', 'read:organization', 'read:user']);
  const repository = await double.addRepository('recipes', 'notebook');
  const forge = giteaForge({ id: 'git', url: double.url, token: async () => token, retries: 0, note });
  const work = await mkdtemp(join(tmpdir(), 'cc-ci-scene-'));
  const git = (...args: string[]) =>
    mustRun(['git', '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], { cwd: work });
  const url = new URL('recipes/notebook.git', `${double.url}/`);
  url.username = 'ada';
  url.password = 'password';
  await git('init', '--quiet', '--initial-branch=main', '.');
  await git('remote', 'add', 'origin', String(url));
  const push = async (branch: string, text: string) => {
    await writeFile(join(work, 'compose.yml'), text);
    await git('add', '--all');
    await git('commit', '--quiet', '--message', text);
    await git('push', '--quiet', 'origin', `HEAD:${branch}`);
    return (await git('rev-parse', 'HEAD')).stdout.trim();
  };
  const first = await push('main', 'first');
  await push('bump', 'second');
  await double.call('ada', 'POST', 'repos/recipes/notebook/pulls', { title: 'Bump', head: 'bump', base: 'main' });
  const enrolled: Enrolled = {
    forge,
    repositoryId: repository.id,
    owner: 'recipes',
    name: 'notebook',
    recipe: 'notebook',
    trust: { organisation: 'recipes', allow: [] },
    runsOn: [],
  };
  return {
    double,
    token,
    enrolled,
    async comment(login, body, number = 1) {
      const answer = await double.call(login, 'POST', `repos/recipes/notebook/issues/${number}/comments`, { body });
      return (answer.body as { id: number }).id;
    },
    async push(text) {
      const sha = await push('bump', text);
      // As with a real forge, the push has ended before the pull request has moved.
      await eventually(async () => {
        const { body } = await double.call('ada', 'GET', 'repos/recipes/notebook/pulls/1');
        return (body as { readonly head: { readonly sha: string } }).head.sha === sha;
      });
      return sha;
    },
    head: async () => (await git('rev-parse', 'HEAD')).stdout.trim(),
    main: async () => first,
    async [Symbol.asyncDispose]() {
      await double[Symbol.asyncDispose]();
      await rm(work, { recursive: true, force: true });
    },
  };
}
