import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { say } from '../../src/forge/outbox/say.ts';
import { enqueue } from '../../src/queue/requests.ts';
import { registerWorker } from '../../src/queue/workers.ts';
import type { Loop } from '../../src/server/loop.ts';
import { lookAtReadiness } from '../../src/server/readiness.ts';
import { openTestStore, type TestStore } from '../store/support/test-store.ts';

let bench: TestStore;
beforeAll(async () => {
  bench = await openTestStore();
});
afterAll(() => bench[Symbol.asyncDispose]());

const REQUEST = {
  forge: 'git',
  repositoryId: 1,
  recipe: 'notebook',
  sha: 'a'.repeat(40),
  options: { tiers: 'all', base: undefined },
  askedBy: 'ada',
  commentId: undefined,
} as const;
const loop: Loop = {
  name: 'outbox',
  everyMs: 5000,
  lastOk: () => Date.now(),
  problem: () => undefined,
  wake: () => undefined,
  stop: async () => undefined,
};
const look = async (problems: Parameters<typeof lookAtReadiness>[2] = []) => {
  const { ready, parts } = await lookAtReadiness(bench.store.db, [loop], problems);
  return { ready, wrong: parts.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`) };
};

test('a server is ready with a worker and a list that fits, and while what it has to say is said', async () => {
  const { db } = bench.store;
  expect(await look()).toEqual({ ready: false, wrong: ['workers: no worker is alive'] });
  const id = await registerWorker(db, { name: 'w', slots: 2, domainSuffix: 'ci.test', labels: [] });
  expect(await look()).toEqual({ ready: true, wrong: [] });
  expect((await look([{ recipe: 'wiki', problem: 'is gone' }])).wrong).toEqual(['enrolment: wiki: is gone']);
  await say(db, { forge: 'git', repositoryId: 1, pullRequest: 7, kind: 'reply', body: 'hello' });
  await db.updateTable('reports').set({ attempts: 8, problem: 'the forge answered 401' }).execute();
  expect((await look()).ready).toBe(true);
  await db.updateTable('reports').set({ attempts: 9 }).execute();
  expect((await look()).wrong).toEqual(['reports: 1 report cannot be sent: the forge answered 401']);
  await db.updateTable('workers').set({ dead_at: new Date() }).where('id', '=', id).execute();
  expect((await look()).wrong).toContain('workers: no worker is alive');
});

test('a request for labels that no living worker has is shown: it would wait for ever', async () => {
  const { db } = bench.store;
  await sql`truncate reports, workers, requests cascade`.execute(db);
  await registerWorker(db, { name: 'w', slots: 2, domainSuffix: 'ci.test', labels: ['gpu'] });
  const ask = (pullRequest: number, runsOn: readonly string[]) =>
    enqueue(db, { ...REQUEST, pullRequest, domain: `d${pullRequest}`, runsOn });
  await ask(1, ['gpu']);
  expect((await look()).ready).toBe(true);
  await ask(2, ['gpu', 'arm']);
  expect((await look()).wrong).toEqual([
    'workers: 1 worker with 2 slots; 1 request for a worker with gpu, arm, which there is not',
  ]);
});

test('a database that does not answer is a part that is not well, and no error', async () => {
  const other = await openTestStore();
  await other[Symbol.asyncDispose]();
  const { ready, parts } = await lookAtReadiness(other.store.db, [], []);
  expect(ready).toBe(false);
  expect(parts[0]).toMatchObject({ name: 'database', ok: false });
});
