import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { delay } from '../../../src/base/deadline.ts';
import { mustRun } from '../../../src/base/process.ts';
import { enqueue, takeBackExpired } from '../../../src/queue/requests.ts';
import type { RequestOptions } from '../../../src/queue/types.ts';
import { buryWorkers } from '../../../src/queue/workers.ts';
import type { RequestRow } from '../../../src/store/schema.ts';
import { type ForgeDouble, startForge } from '../../forge/double/double.ts';
import { openTestStore, type TestStore } from '../../store/support/test-store.ts';
import type { Bench, Going } from './cc-ci.ts';

export interface DrainOptions {
  /** A request for each, of a pull request of its own. */
  readonly recipes: readonly string[];
  readonly tiers: RequestOptions['tiers'];
  readonly slots: number;
  readonly tell: (line: string) => void;
}

export interface Drained {
  readonly requests: readonly RequestRow[];
  /** What the worker that was killed had begun. */
  readonly lost: readonly number[];
  /** From its death until each of them began anew, in seconds. */
  readonly noticedSeconds: number;
  readonly seconds: number;
}

const OWNER = 'recipes';
const LOOK_MS = 200;
const MOST_MS = 1_800_000;

/** Two workers drain a queue; the first is killed with SIGKILL as soon as it has a run. */
export async function drain(bench: Bench, options: DrainOptions): Promise<Drained> {
  const { slots, tell } = options;
  await using store = await openTestStore();
  await using forge = await startForge();
  const config = join(bench.state, '../etc');
  await configure(config, forge);
  await queueAll(bench, store, forge, options);
  const { db } = store.store;
  const rows = () => db.selectFrom('requests').selectAll().orderBy('id').execute();
  const start = (name: string): Going =>
    bench.start(['worker', '--config', config, '--name', name, '--slots', String(slots)], { DATABASE_URL: store.url });
  const begun = performance.now();
  const workers = { first: start('first'), second: start('second') };
  try {
    const held = async () => {
      const first = await db.selectFrom('workers').select('id').where('name', '=', 'first').executeTakeFirst();
      return (await rows()).filter(({ state, worker_id }) => state === 'running' && worker_id === first?.id);
    };
    await until(
      'the first worker has a run',
      async () => (await held()).some(({ run_id }) => run_id !== null) || undefined,
    );
    workers.first.child.kill('SIGKILL');
    await workers.first.ended;
    const killed = performance.now();
    const lost = (await held()).map(({ id }) => id);
    tell(`worker first is killed; it was at requests ${lost.join(', ')}`);
    let noticedSeconds = 0;
    await until('every request has ended', async () => {
      // What a server does every few seconds.
      for (const { requestId, next } of await takeBackExpired(db)) {
        noticedSeconds = (performance.now() - killed) / 1000;
        tell(`request ${requestId}: its worker was lost, ${next}`);
      }
      await buryWorkers(db);
      const all = await rows();
      return all.every(({ state }) => state !== 'queued' && state !== 'running') || undefined;
    });
    const seconds = (performance.now() - begun) / 1000;
    return { requests: await rows(), lost, noticedSeconds, seconds };
  } finally {
    workers.second.child.kill('SIGTERM');
    const { stderr } = await workers.second.ended;
    for (const line of stderr.trim().split('\n')) tell(`second: ${line}`);
  }
}

/** Looks again and again; throws after half an hour. */
export async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + MOST_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`waited too long until ${what}`);
    await delay(LOOK_MS);
  }
}

/** Settings of a worker of this forge. */
export async function configure(config: string, forge: ForgeDouble): Promise<void> {
  forge.addUser('ci');
  forge.state.organisations.set(OWNER, new Set(['ci']));
  const token = forge.addToken('ci', ['write:repository']);
  // Its users reach it by a port of the host, which a pull request may not ask for unasked.
  await mkdir(join(config, 'recipes', 'relay'), { recursive: true });
  await writeFile(
    join(config, 'recipes', 'relay', 'recipe.yaml'),
    'allow: ["services.app.ports=7835:7000/tcp/host"]\n',
  );
  await writeFile(join(config, 'token'), token, { mode: 0o600 });
  const settings = {
    publicUrl: 'http://ci.test',
    forges: [{ id: 'git', url: forge.url, tokenFile: 'token' }],
    worker: { domainSuffix: 'ci.test' },
  };
  // JSON is YAML.
  await writeFile(join(config, 'server.yaml'), JSON.stringify(settings));
}

/** Each recipe as a repository, and a pull request and a request for each time that it is named. */
export async function queueAll(
  bench: Bench,
  { store }: TestStore,
  forge: ForgeDouble,
  { recipes, tiers }: Pick<DrainOptions, 'recipes' | 'tiers'>,
): Promise<void> {
  for (const recipe of new Set(recipes)) {
    const { id } = await forge.addRepository(OWNER, recipe);
    await store.db
      .insertInto('repositories')
      .values({ forge: 'git', repository_id: id, recipe, owner: OWNER, name: recipe, cursor: '' })
      .execute();
    const remote = new URL(`${OWNER}/${recipe}.git`, `${forge.url}/`);
    remote.username = 'ci';
    remote.password = 'password';
    const git = (...args: string[]) =>
      mustRun(['git', '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], {
        cwd: bench.example(recipe),
      });
    await git('push', '--quiet', '--tags', String(remote), 'HEAD:main');
    const times = recipes.filter((name) => name === recipe).length;
    for (let pullRequest = 1; pullRequest <= times; pullRequest += 1) {
      await git('commit', '--quiet', '--allow-empty', '--message', `pull request ${pullRequest}`);
      await git('push', '--quiet', String(remote), `HEAD:pull-${pullRequest}`);
      const pull = { title: 'A change', head: `pull-${pullRequest}`, base: 'main' };
      await forge.call('ci', 'POST', `repos/${OWNER}/${recipe}/pulls`, pull);
      await enqueue(store.db, {
        forge: 'git',
        repositoryId: id,
        pullRequest,
        recipe,
        sha: (await git('rev-parse', 'HEAD')).stdout.trim(),
        options: { tiers, base: undefined },
        askedBy: 'ada',
        commentId: undefined,
        domain: `${recipe}-pr${pullRequest}.ci.test`,
      });
    }
  }
}

/** What is wrong with how a queue was drained; empty when every request ended once and well, and those that were lost once more. */
export function judgeDrain({ requests, lost }: Drained, runIds: readonly string[]): string[] {
  const problems = requests.flatMap(({ id, recipe, state, verdict, sentence, attempts, run_id }) => [
    ...(state === 'done' && verdict === 'success'
      ? []
      : [`request ${id} (${recipe}): ${verdict ?? state}, ${sentence}`]),
    ...(attempts === (lost.includes(id) ? 2 : 1) ? [] : [`request ${id} was begun ${attempts} times`]),
    ...(run_id !== null && runIds.includes(run_id) ? [] : [`request ${id} has no run`]),
  ]);
  const ended = new Set(requests.map(({ run_id }) => run_id));
  if (ended.size !== requests.length) problems.push('two requests have one run');
  const more = runIds.length - requests.length;
  if (more > lost.length) problems.push(`${more} runs more than requests, and ${lost.length} were lost`);
  return problems;
}
