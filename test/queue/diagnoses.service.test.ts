import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { continueDiagnosis } from '../../src/queue/diagnoses.ts';
import { claim, enqueue, finish } from '../../src/queue/requests.ts';
import type { Lease, NewRequest, Outcome } from '../../src/queue/types.ts';
import { registerWorker } from '../../src/queue/workers.ts';
import type { Tables } from '../../src/store/schema.ts';
import { openTestStore, type TestStore } from '../store/support/test-store.ts';

const SHA = 'a'.repeat(40);
const BASE = 'b'.repeat(40);
const RED: Outcome = {
  runId: 'r',
  verdict: 'failure',
  level: 0,
  sentence: 'no',
  fault: 'recipe',
  failedTiers: ['install'],
};
const GREEN: Outcome = { runId: 'r', verdict: 'success', level: 5, sentence: 'yes' };

let bench: TestStore;
let db: Kysely<Tables>;

beforeAll(async () => {
  bench = await openTestStore();
  db = bench.store.db;
});
afterAll(() => bench[Symbol.asyncDispose]());
beforeEach(async () => {
  await sql`truncate requests, workers, reports cascade`.execute(db);
});

const ask = (pullRequest = 1, more: Partial<NewRequest> = {}) =>
  enqueue(db, {
    forge: 'git',
    repositoryId: 1,
    pullRequest,
    recipe: 'notebook',
    sha: SHA,
    options: { tiers: 'all', base: undefined },
    askedBy: 'ada',
    commentId: undefined,
    domain: `notebook-pr${pullRequest}.ci.test`,
    ...more,
  });
const worker = () => registerWorker(db, { name: 'w', slots: 3, domainSuffix: 'ci.test', labels: [] });
const take = async (workerId: number): Promise<Lease> => {
  const lease = await claim(db, workerId);
  if (lease === undefined) throw new Error('nothing was there to claim');
  return lease;
};
/** Ends a request as a worker does. */
const end = (lease: Lease, outcome: Outcome, base: string | undefined = BASE) =>
  db.transaction().execute(async (tx) => {
    await finish(tx, lease, outcome);
    return continueDiagnosis(tx, lease.requestId, base);
  });
/** A red request of pull request 1, whose first repeat waits. */
const red = async (workerId: number) => {
  await ask();
  expect(await end(await take(workerId), RED)).toBe('head');
};

describe('what is run to find whose fault a red verdict is', () => {
  test('is the same commit, then the base, and then nothing', async () => {
    const id = await worker();
    await red(id);
    const again = await take(id);
    expect(again).toMatchObject({ subject: 'head', request: { sha: SHA, pullRequest: 1 } });
    expect(await end(again, RED)).toBe('base');
    const base = await take(id);
    expect(base).toMatchObject({ subject: 'base', request: { sha: BASE } });
    expect(await end(base, GREEN)).toBeUndefined();
    expect(await claim(db, id)).toBeUndefined();
  });

  test.each<[string, Outcome, Partial<NewRequest>]>([
    ['green', GREEN, {}],
    ['no verdict', { ...RED, verdict: 'error' }, {}],
    ['red by the infrastructure', { ...RED, fault: 'infrastructure' }, {}],
    ['red, and not to be looked into', RED, { options: { tiers: 'all', base: undefined, diagnose: false } }],
  ])('is nothing where it is %s', async (_what, outcome, more) => {
    const id = await worker();
    await ask(1, more);
    expect(await end(await take(id), outcome)).toBeUndefined();
  });

  test('is nothing where a newer request was made meanwhile', async () => {
    const id = await worker();
    await ask();
    const lease = await take(id);
    await ask();
    expect(await end(lease, RED)).toBeUndefined();
  });

  test('waits until its worker has nothing else, and until people have what they asked for', async () => {
    const id = await worker();
    await ask(2);
    const other = await take(id);
    await red(id);
    await ask(3);
    const third = await take(id);
    expect(third).toMatchObject({ subject: undefined, request: { pullRequest: 3 } });
    expect(await claim(db, id)).toBeUndefined();
    await end(third, GREEN);
    expect(await claim(db, id)).toBeUndefined();
    await end(other, GREEN);
    expect(await take(id)).toMatchObject({ subject: 'head' });
  });

  test('has its worker for itself, while others take what people ask for', async () => {
    const [ours, another] = [await worker(), await worker()];
    await red(ours);
    const again = await take(ours);
    await ask(2);
    expect(await claim(db, ours)).toBeUndefined();
    expect(await take(another)).toMatchObject({ request: { pullRequest: 2 } });
    await ask(3);
    await end(again, GREEN);
    expect(await take(ours)).toMatchObject({ request: { pullRequest: 3 } });
  });

  test('gives way to whatever is asked for next on its pull request', async () => {
    const id = await worker();
    await red(id);
    const { superseded } = await ask(1, { options: { tiers: ['lint'], base: undefined } });
    expect(superseded).toHaveLength(1);
    expect(await take(id)).toMatchObject({ subject: undefined });
    expect(await claim(db, id)).toBeUndefined();
  });
});
