import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { say } from '../../src/forge/outbox/say.ts';
import { enqueue } from '../../src/queue/requests.ts';
import { registerWorker } from '../../src/queue/workers.ts';
import type { Loop } from '../../src/server/loop.ts';
import { askOneAtATime, lookAtReadiness, type ReadinessOptions } from '../../src/server/readiness.ts';
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
const disk = async () => ({ freeBytes: 1e12, freeInodes: 1e9 });
const look = async (problems: ReadinessOptions['problems'] = [], more: Partial<ReadinessOptions> = {}) => {
  const { ready, parts } = await lookAtReadiness({ db: bench.store.db, loops: [loop], problems, disk, ...more });
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
  const { ready, parts } = await lookAtReadiness({ db: other.store.db, loops: [], problems: [], disk });
  expect(ready).toBe(false);
  expect(parts[0]).toMatchObject({ name: 'database', ok: false });
});

test('a database or a disk that hangs is a part that does not answer, and holds up no other', async () => {
  const { db } = bench.store;
  await sql`truncate reports, workers, requests cascade`.execute(db);
  await registerWorker(db, { name: 'w', slots: 2, domainSuffix: 'ci.test', labels: [] });
  const hanging = () => new Promise<never>(() => undefined);
  expect(await look([], { disk: hanging })).toEqual({
    ready: false,
    wrong: ['disk: does not answer: not done within 2 s'],
  });
  const looked = await db.transaction().execute(async (tx) => {
    // Nobody else gets to see it, for as long as this is held.
    await sql`lock table workers in access exclusive mode`.execute(tx);
    return look();
  });
  expect(looked).toEqual({ ready: false, wrong: ['database: does not answer: not done within 2 s'] });
  expect(await look()).toEqual({ ready: true, wrong: [] });
});

test('many who ask at once ask what hangs once', async () => {
  const asked: (() => void)[] = [];
  const ask = askOneAtATime(() => new Promise<number>((resolve) => asked.push(() => resolve(asked.length))));
  const answers = [ask(), ask(), ask()];
  expect(asked).toHaveLength(1);
  asked[0]?.();
  expect(await Promise.all(answers)).toEqual([1, 1, 1]);
  const later = ask();
  asked[1]?.();
  expect(await later).toBe(2);
});

test('what was left out of what a forge says is shown, and is no alarm', async () => {
  const { db } = bench.store;
  const { ready, parts } = await lookAtReadiness({ db, loops: [], problems: [], notes: ['a book'], disk });
  expect(ready).toBe(true);
  expect(parts.at(-1)).toEqual({ name: 'left out', ok: true, detail: 'a book' });
});
