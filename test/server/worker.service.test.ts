import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { dieWithUs } from '../../src/base/die-with-us.ts';
import { cancelPullRequest, notify } from '../../src/queue/requests.ts';
import type { RunningWorker } from '../../src/server/worker/start-worker.ts';
import { openCluster } from '../../src/store/postgres/cluster.ts';
import type { RequestRow } from '../../src/store/schema.ts';
import { type OwnTestStore, openOwnTestStore } from '../store/support/test-store.ts';
import { WITHIN } from '../support/within.ts';
import { openWorkerBench, type WorkerBench } from './support/worker-bench.ts';

let server: OwnTestStore;
let bench: WorkerBench;

beforeAll(async () => {
  server = await openOwnTestStore();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  await sql`truncate repositories, requests, workers, reports cascade`.execute(server.store.db);
  bench = await openWorkerBench(server.store);
});
afterEach(() => bench[Symbol.asyncDispose]());

const db = () => server.store.db;
const reports = () => db().selectFrom('reports').select(['kind', 'request_id']).orderBy('id').execute();
/** Changes a row behind everybody's back, and wakes them. */
const change = async (values: { readonly [K in 'state' | 'fence' | 'worker_id' | 'not_before']?: RequestRow[K] }) => {
  await db().updateTable('requests').set(values).execute();
  await notify(db());
};
/** One that has ended and waits for whoever inherits it is not there any more. */
const isThere = (pid: number) => {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};
/** Its run has begun, and waits. */
const begun = async (id: number) => {
  await bench.reaches(id, { state: 'running' });
  return vi.waitFor(() => bench.seen(id), WITHIN);
};

describe('a request', () => {
  test('becomes a run of its exact commit at a domain of the worker, and ends with what the run found', async () => {
    await bench.behave('green');
    await bench.start();
    const id = await bench.ask();
    await bench.reaches(id, { state: 'done', verdict: 'success', level: 5, sentence: 'the fake says success' });
    const { argv, env } = await bench.seen(id);
    expect(argv).toContain(`--ref=${await bench.scene.head()}`);
    expect(argv).toContain('--domain=notebook-pr1.w1.ci.test');
    expect(argv).toContain('--require-approval');
    expect(argv.at(-1)).toMatch(/\/notebook\.git$/);
    expect(env['CC_CI_RECIPES']).toBe(bench.config.recipes);
    expect(JSON.stringify({ argv, env })).not.toContain(bench.scene.token);
    // Begun, found while it goes on, ended: each is told.
    expect((await reports()).map(({ kind }) => kind)).toEqual([
      'status',
      'report',
      'status',
      'report',
      'status',
      'report',
    ]);
  });

  test('whose commit was replaced by a push ends and says so', async () => {
    await bench.behave('green');
    const id = await bench.ask({ sha: 'f'.repeat(40) });
    await bench.start();
    const { sentence } = await bench.reaches(id, { state: 'done', verdict: 'error', run_id: null });
    expect(sentence).toContain('a later push took its place');
  });

  test('waits, and is no attempt, as long as its forge does not give its commit', async () => {
    await bench.behave('green');
    await bench.scene.double[Symbol.asyncDispose]();
    const id = await bench.ask();
    await bench.start();
    const { not_before, sentence } = await bench.reaches(id, { state: 'queued', attempts: 0, fence: 1 });
    expect(not_before?.getTime()).toBeGreaterThan(Date.now() + 30_000);
    expect(sentence).toContain('cannot fetch');
  });

  test('is given up, and is nobody’s fault but infrastructure’s, when its commit could not be had for a day', async () => {
    await bench.behave('green');
    await bench.scene.double[Symbol.asyncDispose]();
    const id = await bench.ask();
    await db().updateTable('requests').set({ queued_at: sql<Date>`now() - interval '25 hours'` }).execute();
    await bench.start();
    const { sentence } = await bench.reaches(id, { state: 'done', verdict: 'error', run_id: null });
    expect(sentence).toMatch(/cannot fetch .*tried for a day/);
  });

  test('is tried again where infrastructure failed, and ends as an error once that was tried often enough', async () => {
    await bench.behave('broken host');
    await bench.start();
    const id = await bench.ask();
    for (const attempts of [1, 2]) {
      const { not_before } = await bench.reaches(id, { state: 'queued', attempts, verdict: null });
      expect(not_before?.getTime()).toBeGreaterThan(Date.now() + 10_000);
      await change({ not_before: null });
    }
    await bench.reaches(id, { state: 'done', verdict: 'error', attempts: 3 });
  });

  test('whose recipe cannot be planned is a failure, in the words of the refusal', async () => {
    await bench.behave('refused');
    await bench.start();
    const id = await bench.ask();
    const sentence = 'compose.yml:3: this is no service [E_COMPOSE]';
    await bench.reaches(id, { state: 'done', verdict: 'failure', sentence, run_id: null });
  });

  test('that reaches beyond its stack is held, and runs once that commit is approved', async () => {
    await bench.behave('reaches out');
    await bench.start();
    const id = await bench.ask();
    await bench.reaches(id, { state: 'held', attempts: 0 });
    const place = { forge: 'git', repository_id: bench.scene.enrolled.repositoryId, pull_request: 1 };
    await db()
      .insertInto('approvals')
      .values({ ...place, sha: await bench.scene.head(), approved_by: 'ada' })
      .execute();
    await bench.behave('green');
    await change({ state: 'queued' });
    await bench.reaches(id, { state: 'done', verdict: 'success' });
    expect((await bench.seen(id)).argv).toContain(`--approved=${await bench.scene.head()}`);
  });
});

describe('a run that computes without end and hears no signal', () => {
  const SOON = { begin: 2, run: 1, grace: 1, teardown: 1 };

  test.each([
    ['deaf while reading', /^cc-ci took too long while reading the recipe: .* after 1 s, and was killed/],
    ['deaf before it begins', /^cc-ci took too long to begin the run: it was killed after 2 s/],
  ] as const)('is killed with all that it started, and the next one has its slot: %s', async (behaviour, sentence) => {
    await bench.behave(behaviour, 'green');
    const cleanUp = vi.fn(async () => undefined);
    await bench.start(1, { limits: SOON, cleanUp });
    const blocked = await bench.ask();
    const { pid } = await begun(blocked);
    const next = await bench.ask({ pullRequest: 2, sha: await bench.scene.head() });
    const { run_id: runId } = await bench.row(blocked);
    await bench.reaches(blocked, {
      state: 'done',
      verdict: 'error',
      attempts: 1,
      sentence: expect.stringMatching(sentence),
    });
    await bench.reaches(next, { state: 'done', verdict: 'success' });
    expect(isThere(pid)).toBe(false);
    const below = await readFile(join(bench.paths.runs, runId ?? '', 'below'), 'utf8').catch(() => undefined);
    if (behaviour === 'deaf while reading') expect(Number(below)).toBeGreaterThan(0);
    if (below !== undefined) await vi.waitUntil(() => !isThere(Number(below)), WITHIN);
    // Once at the start, once for what was killed.
    expect(cleanUp).toHaveBeenCalledTimes(2);
  });

  test('is killed when it is cancelled, and what it left is taken down', async () => {
    await bench.behave('deaf before it begins');
    const cleanUp = vi.fn(async () => undefined);
    await bench.start(1, { limits: { ...SOON, begin: 3600 }, cleanUp });
    const id = await bench.ask();
    const { pid } = await begun(id);
    await cancelPullRequest(db(), { forge: 'git', repositoryId: bench.scene.enrolled.repositoryId, pullRequest: 1 });
    await bench.reaches(id, { state: 'cancelled', verdict: 'cancelled' });
    expect(isThere(pid)).toBe(false);
    expect(cleanUp).toHaveBeenCalledTimes(2);
  });

  test('is killed when its worker was killed, and nobody is left to watch it', async () => {
    const file = join(bench.paths.state, 'pid');
    const program = `process.on('SIGTERM', () => undefined); require('fs').writeFileSync(${JSON.stringify(file)}, String(process.pid)); for (;;);`;
    const last = { path: process.env['PATH'], cwd: '/', signal: 'TERM', killAfterSeconds: 1 } as const;
    const argv = dieWithUs([process.execPath, '-e', program], last);
    const worker = `require('child_process').spawn(${JSON.stringify(argv[0])}, ${JSON.stringify(argv.slice(1))}); setInterval(() => {}, 1e6);`;
    const parent = spawn(process.execPath, ['-e', worker], { stdio: 'ignore' });
    const pid = await vi.waitUntil(async () => Number(await readFile(file, 'utf8').catch(() => '')), WITHIN);
    parent.kill('SIGKILL');
    await vi.waitUntil(() => !isThere(pid), WITHIN);
  });
});

describe('a run that goes on', () => {
  test('is torn down when its pull request is cancelled', async () => {
    await bench.behave('wait');
    await bench.start();
    const id = await bench.ask();
    await begun(id);
    const { repositoryId } = bench.scene.enrolled;
    await cancelPullRequest(db(), { forge: 'git', repositoryId, pullRequest: 1 });
    await bench.reaches(id, { state: 'cancelled', verdict: 'cancelled' });
  });

  test('is torn down when its lease was lost, and writes nothing', async () => {
    await bench.behave('wait');
    await bench.start();
    const id = await bench.ask();
    const { pid } = await begun(id);
    await change({ fence: 7, worker_id: null, state: 'queued', not_before: new Date(Date.now() + 3_600_000) });
    await vi.waitUntil(() => !isThere(pid), WITHIN);
    await vi.waitUntil(() => bench.log.some((line) => line.includes('lost, its run was ended')), WITHIN);
    expect(await bench.row(id)).toMatchObject({ state: 'queued', verdict: null, fence: 7 });
  });

  test('is torn down when its worker was declared dead, which then begins under a new name', async () => {
    await bench.behave('wait');
    await bench.start();
    const id = await bench.ask();
    const { pid } = await begun(id);
    await db().updateTable('workers').set({ dead_at: new Date() }).execute();
    await notify(db());
    await vi.waitUntil(() => !isThere(pid), WITHIN);
    await vi.waitFor(async () => {
      const workers = await db().selectFrom('workers').select('dead_at').orderBy('id').execute();
      expect(workers.map(({ dead_at }) => dead_at === null)).toEqual([false, true]);
    }, WITHIN);
    // It wrote nothing, and begins the request anew under another lease.
    const { fence } = await bench.reaches(id, { state: 'running', verdict: null, attempts: 2 });
    expect(fence).toBeGreaterThan(1);
  });

  test('goes back into the queue, and is no attempt, when its worker ends in order', async () => {
    await bench.behave('wait');
    const worker: RunningWorker = await bench.start();
    const id = await bench.ask();
    const { pid } = await begun(id);
    await worker.stop();
    expect(isThere(pid)).toBe(false);
    expect(await bench.row(id)).toMatchObject({ state: 'queued', attempts: 0, run_id: null, verdict: null });
    await bench.behave('green');
    await bench.start();
    await bench.reaches(id, { state: 'done', verdict: 'success', attempts: 1 });
  });

  test('outlives a database that is killed, and its end is written when that is back', async () => {
    await bench.behave('wait, then green');
    await bench.start();
    const id = await bench.ask();
    await begun(id);
    const file = join(server.options.directory, 'data', 'postmaster.pid');
    process.kill(Number((await readFile(file, 'utf8')).split('\n')[0]), 'SIGKILL');
    // Its processes outlive it for a moment.
    const answers = () =>
      sql`select 1`.execute(db()).then(
        () => true,
        () => false,
      );
    await vi.waitUntil(async () => !(await answers()), WITHIN);
    await bench.behave('green');
    await vi.waitUntil(() => bench.log.some((line) => line.includes('its end waits for the database')), WITHIN);
    await openCluster(server.options);
    await bench.reaches(id, { state: 'done', verdict: 'success', attempts: 1, fence: 1 });
  });

  test('is not waited for by others while a slot is free', async () => {
    await bench.behave('wait');
    await bench.start();
    const long = await bench.ask();
    await begun(long);
    await bench.behave('green');
    const short = await bench.ask({ pullRequest: 2, sha: await bench.scene.head() });
    await bench.reaches(short, { state: 'done', verdict: 'success' });
    expect((await bench.row(long)).state).toBe('running');
  });
});
