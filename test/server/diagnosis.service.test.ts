import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { readEnded, readStatus, readView } from '../../src/forge/outbox/read-view.ts';
import { renderReport } from '../../src/forge/report/render.ts';
import { renderWhy } from '../../src/forge/report/why.ts';
import { cancelPullRequest } from '../../src/queue/requests.ts';
import { RUNS } from '../forge/support/scene.ts';
import { openTestStore, type TestStore } from '../store/support/test-store.ts';
import { WITHIN } from '../support/within.ts';
import { openWorkerBench, type WorkerBench } from './support/worker-bench.ts';

let server: TestStore;
let bench: WorkerBench;

beforeAll(async () => {
  server = await openTestStore();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  await sql`truncate repositories, requests, workers, reports cascade`.execute(server.store.db);
  bench = await openWorkerBench(server.store);
});
afterEach(() => bench[Symbol.asyncDispose]());

const db = () => server.store.db;
const place = () => ({ forge: 'git', repository_id: bench.scene.enrolled.repositoryId, pull_request: 1 });
const report = async () => {
  const view = await readView(db(), place(), RUNS);
  return view === undefined ? '' : renderReport(view);
};
const repeats = () =>
  db()
    .selectFrom('requests')
    .select(['id', 'sha', 'subject', 'state', 'verdict', 'parent_id'])
    .where('parent_id', 'is not', null)
    .orderBy('id')
    .execute();
const reportSays = (text: string) => vi.waitFor(async () => expect(await report()).toContain(text), WITHIN);
/** A repeat runs, and waits. */
const repeatRuns = () =>
  vi.waitFor(async () => {
    const [repeat] = await repeats();
    if (repeat?.state !== 'running') throw new Error('nothing is repeated yet');
    await bench.seen(repeat.id);
    return repeat;
  }, WITHIN);

describe('a red verdict', () => {
  test('is the change’s where the same commit is red again, and the commit that it was made on is green', async () => {
    await bench.behave('red', 'red', 'green');
    await bench.start();
    const id = await bench.ask();
    await bench.reaches(id, { state: 'done', verdict: 'failure' });
    await reportSays('**This change broke it**');
    const sha = await bench.scene.head();
    expect(await repeats()).toMatchObject([
      { subject: 'head', sha, verdict: 'failure', parent_id: id },
      { subject: 'base', sha: await bench.scene.main(), verdict: 'success', parent_id: id },
    ]);
    expect(renderWhy(await readEnded(db(), place(), RUNS))).toContain('**This change broke it**');
    // The base is green, and the status is of the request that a person made.
    const status = await readStatus(db(), { ...place(), sha }, RUNS);
    expect(status).toMatchObject({ state: 'failure' });
    const told = await db().selectFrom('reports').select('request_id').where('kind', '=', 'status').execute();
    expect(new Set(told.map(({ request_id }) => request_id))).toEqual(new Set([id]));
  });

  test.each([
    ['already broken on the base', ['red', 'red', 'red'], '**Already broken on the base**'],
    ['flaky', ['red', 'green', 'red'], '**Flaky (2 of 3)**'],
    ['the infrastructure’s, which is not tried again', ['red', 'broken host', 'green'], '**Infrastructure**'],
  ] as const)('is %s', async (_what, behaviours, expected) => {
    await bench.behave(...behaviours);
    await bench.start();
    await bench.ask();
    await reportSays(expected);
  });

  test('is left as it is where nobody wants to know more', async () => {
    await bench.behave('red');
    await bench.start();
    const id = await bench.ask({ options: { tiers: 'all', base: undefined, diagnose: false } });
    await bench.reaches(id, { state: 'done', verdict: 'failure' });
    expect(await repeats()).toEqual([]);
    expect(await report()).toMatch(/\*\*Failure\*\*/);
  });
});

describe('what is run to explain it', () => {
  test('ends with what is asked for next on its pull request', async () => {
    await bench.behave('red', 'wait', 'green');
    await bench.start();
    await bench.ask();
    const { id } = await repeatRuns();
    const newer = await bench.ask();
    await bench.reaches(id, { state: 'cancelled' });
    await bench.reaches(newer, { state: 'done', verdict: 'success' });
    expect(await repeats()).toHaveLength(1);
  });

  test('is not run once something newer was pushed', async () => {
    await bench.behave('wait, then red', 'green');
    await bench.start();
    const first = await bench.ask();
    await vi.waitFor(() => bench.seen(first), WITHIN);
    await bench.scene.push('third');
    await bench.behave('red', 'green');
    await bench.reaches(first, { state: 'done', verdict: 'failure' });
    await reportSays('a newer push or request took its place');
    expect(await repeats()).toMatchObject([{ state: 'cancelled' }]);
  });

  test('ends with `!testme cancel`, and nothing follows', async () => {
    await bench.behave('red', 'wait');
    await bench.start();
    const first = await bench.ask();
    const { id } = await repeatRuns();
    await cancelPullRequest(db(), { forge: 'git', repositoryId: place().repository_id, pullRequest: 1 });
    await bench.reaches(id, { state: 'cancelled' });
    expect(await bench.row(first)).toMatchObject({ state: 'done', verdict: 'failure' });
    expect(await repeats()).toHaveLength(1);
    await reportSays('**Not found out** whose fault it is: the search was cancelled');
  });

  test('is held for nobody’s approval', async () => {
    await bench.behave('red', 'reaches out');
    await bench.start();
    await bench.ask();
    await reportSays('**Not found out** whose fault it is: another run came to no verdict');
    expect(await repeats()).toMatchObject([{ state: 'done', verdict: 'error' }]);
  });
});
