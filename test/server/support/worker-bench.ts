import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { type StatePaths, statePaths } from '../../../src/config/paths.ts';
import { type ConfigPaths, configPaths, ServerSettings } from '../../../src/config/server.ts';
import { enqueue } from '../../../src/queue/requests.ts';
import type { NewRequest } from '../../../src/queue/types.ts';
import type { WorkerContext } from '../../../src/server/server.ts';
import { type RunningWorker, startWorker, type WorkerOptions } from '../../../src/server/worker/start-worker.ts';
import type { Store } from '../../../src/store/store.ts';
import { type ForgeScene, openForgeScene } from '../../forge/support/scene.ts';
import { WITHIN } from '../../support/within.ts';

/** How the fake run behaves: see `fake-run.ts`. */
export type Behaviour =
  | 'green'
  | 'red'
  | 'wait'
  | 'wait, then green'
  | 'wait, then red'
  | 'broken host'
  | 'refused'
  | 'reaches out'
  | 'deaf while reading'
  | 'deaf before it begins'
  | 'something else';

/** Workers of one machine on a store, with a forge that has the repository, and a program that stands for the run. */
export interface WorkerBench extends AsyncDisposable {
  readonly scene: ForgeScene;
  readonly paths: StatePaths;
  readonly config: ConfigPaths;
  readonly log: string[];
  context(slots?: number): WorkerContext;
  start(slots?: number, more?: Pick<WorkerOptions, 'limits' | 'cleanUp'>): Promise<RunningWorker>;
  behave(...as: Behaviour[]): Promise<void>;
  ask(more?: Partial<NewRequest>): Promise<number>;
  /** What of a request is in the database. */
  row(id: number): Promise<Row>;
  reaches(id: number, expected: Partial<Row>): Promise<Row>;
  /** What the fake run of a request was given. */
  seen(id: number): Promise<{ readonly argv: string[]; readonly env: Record<string, string>; readonly pid: number }>;
}

export type Row = Awaited<ReturnType<typeof readRow>>;

export async function openWorkerBench(store: Store): Promise<WorkerBench> {
  const root = await mkdtemp(join(tmpdir(), 'cc-ci-worker-'));
  await chmod(root, 0o711);
  const scene = await openForgeScene();
  const paths = statePaths({ CC_CI_STATE: join(root, 'state'), CC_CI_HOST_LOCKS: join(root, 'locks') });
  const config = configPaths(join(root, 'etc'));
  await mkdir(config.recipes, { recursive: true });
  await mkdir(paths.state);
  await writeFile(join(config.directory, 'forge-token'), scene.token, { mode: 0o600 });
  const { enrolled } = scene;
  await store.db
    .insertInto('repositories')
    .values({
      forge: 'git',
      repository_id: enrolled.repositoryId,
      recipe: 'notebook',
      owner: enrolled.owner,
      name: enrolled.name,
      cursor: '',
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const log: string[] = [];
  const workers: RunningWorker[] = [];
  const row = (id: number) => readRow(store, id);
  const context = (slots = 2): WorkerContext => ({
    store,
    config,
    paths,
    log: (line) => log.push(line),
    settings: ServerSettings.parse({
      publicUrl: 'https://ci.example.org',
      forges: [{ id: 'git', url: scene.double.url, tokenFile: 'forge-token' }],
      worker: { domainSuffix: 'w1.ci.test', slots },
    }),
  });
  return {
    scene,
    paths,
    config,
    log,
    context,
    async start(slots, more = {}) {
      const program = [process.execPath, join(import.meta.dirname, 'fake-run.ts')] as const;
      const worker = await startWorker({ ...context(slots), program, cleanUp: async () => undefined, ...more });
      workers.push(worker);
      return worker;
    },
    behave: (...as) => writeFile(join(paths.state, 'behaviour'), as.join('\n')),
    async ask(more = {}) {
      const { requestId } = await enqueue(store.db, {
        forge: 'git',
        repositoryId: enrolled.repositoryId,
        pullRequest: 1,
        recipe: 'notebook',
        sha: await scene.head(),
        options: { tiers: 'all', base: undefined },
        askedBy: 'ada',
        commentId: undefined,
        domain: `notebook-pr${more.pullRequest ?? 1}.ci.test`,
        ...more,
      });
      return requestId;
    },
    row,
    async reaches(id, expected) {
      await vi.waitFor(async () => expect(await row(id)).toMatchObject(expected), WITHIN);
      return row(id);
    },
    async seen(id) {
      const { run_id } = await row(id);
      return JSON.parse(await readFile(join(paths.runs, run_id ?? '', 'seen.json'), 'utf8'));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await scene[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}

function readRow({ db }: Store, id: number) {
  const columns = ['state', 'verdict', 'level', 'sentence', 'run_id', 'attempts', 'fence', 'not_before'] as const;
  return db.selectFrom('requests').select(columns).where('id', '=', id).executeTakeFirstOrThrow();
}
