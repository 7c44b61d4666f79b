import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  cancelPullRequest,
  claim,
  enqueue,
  finish,
  MOST_ATTEMPTS,
  renew,
  setRun,
  takeBackExpired,
} from '../../src/queue/requests.ts';
import type { Lease, NewRequest, Outcome } from '../../src/queue/types.ts';
import { buryWorkers, registerWorker, seenAlive } from '../../src/queue/workers.ts';
import type { Tables } from '../../src/store/schema.ts';
import { openTestStore, type TestStore } from '../store/support/test-store.ts';

const SHA = 'a'.repeat(40);
const GREEN: Outcome = { runId: 'r1', verdict: 'success', level: 5, sentence: 'all is well' };

let bench: TestStore;
let db: Kysely<Tables>;
let comments = 0;

beforeAll(async () => {
  bench = await openTestStore();
  db = bench.store.db;
});
afterAll(() => bench[Symbol.asyncDispose]());
beforeEach(async () => {
  await sql`truncate requests, workers, comments, reports cascade`.execute(db);
});

const request = (more: Partial<NewRequest> = {}): NewRequest => {
  const pullRequest = more.pullRequest ?? 1;
  const recipe = more.recipe ?? 'notebook';
  return {
    forge: 'git',
    repositoryId: 1,
    pullRequest,
    recipe,
    sha: SHA,
    options: { tiers: 'all', base: undefined },
    askedBy: 'ada',
    commentId: (comments += 1),
    domain: `${recipe}-${pullRequest}.ci.test`,
    ...more,
  };
};
const worker = (name = 'w', labels: readonly string[] = []) =>
  registerWorker(db, { name, slots: 1, domainSuffix: 'ci.test', labels });
/** The time of a lease passes, without anyone waiting for it. */
const letLeasesEnd = () =>
  db
    .updateTable('requests')
    .set({ lease_until: sql<Date>`now() - interval '1 second'` })
    .where('state', '=', 'running')
    .execute();
const must = (lease: Lease | undefined): Lease => {
  if (lease === undefined) throw new Error('nothing was there to claim');
  return lease;
};
const stateOf = async (id: number) =>
  (await db.selectFrom('requests').select('state').where('id', '=', id).executeTakeFirstOrThrow()).state;

describe('a request', () => {
  test('is made once for a comment, whichever way the comment came', async () => {
    const asked = request();
    const results = await Promise.all([1, 2, 3, 4].map(() => enqueue(db, asked)));
    expect(results.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(results.map(({ requestId }) => requestId)).size).toBe(1);
  });

  test('of a newer push takes the place of one that waits, and leaves one that runs', async () => {
    const running = await enqueue(db, request());
    await claim(db, await worker());
    const waiting = await enqueue(db, request());
    const newer = await enqueue(db, request({ sha: 'b'.repeat(40) }));
    expect(newer.superseded).toEqual([waiting.requestId]);
    expect(await stateOf(running.requestId)).toBe('running');
    expect(await stateOf(waiting.requestId)).toBe('superseded');
  });

  test('does not start while another run has its domain', async () => {
    const id = await worker();
    await enqueue(db, request());
    const first = must(await claim(db, id));
    await enqueue(db, request());
    expect(await claim(db, id)).toBeUndefined();
    await finish(db, first, GREEN);
    expect(await claim(db, id)).toBeDefined();
  });

  test('waits its turn by recipe: many of one recipe do not keep another from starting', async () => {
    const id = await worker();
    for (const pullRequest of [1, 2, 3]) await enqueue(db, request({ pullRequest, recipe: 'big' }));
    await enqueue(db, request({ pullRequest: 4, recipe: 'small' }));
    const started = [];
    for (let turn = 0; turn < 4; turn += 1) started.push(must(await claim(db, id)).request.recipe);
    expect(started).toEqual(['big', 'small', 'big', 'big']);
  });

  test('of a person goes before one of a sweep', async () => {
    await enqueue(db, request({ pullRequest: 1, priority: -10 }));
    await enqueue(db, request({ pullRequest: 2 }));
    expect(must(await claim(db, await worker())).request.pullRequest).toBe(2);
  });

  test('that needs labels waits for a worker that has all of them, and holds up no other', async () => {
    const special = await enqueue(db, request({ pullRequest: 1, runsOn: ['gpu', 'arm'] }));
    const plain = await enqueue(db, request({ pullRequest: 2 }));
    const some = await worker('some', ['gpu']);
    expect(must(await claim(db, some)).requestId).toBe(plain.requestId);
    expect(await claim(db, some)).toBeUndefined();
    const lease = must(await claim(db, await worker('all', ['arm', 'big', 'gpu'])));
    expect(lease).toMatchObject({ requestId: special.requestId, request: { runsOn: ['gpu', 'arm'] } });
  });

  test('comes back with all that was asked for', async () => {
    const asked = request({ options: { tiers: ['install', 'lint'], base: '1.0.0+2' }, runsOn: [] });
    await enqueue(db, asked);
    expect(must(await claim(db, await worker())).request).toEqual({ ...asked, priority: 0 });
  });
});

describe('a lease', () => {
  test('that has ended gives the request to someone else, and its former holder writes nothing any more', async () => {
    const { requestId } = await enqueue(db, request());
    const lost = must(await claim(db, await worker('lost')));
    await letLeasesEnd();
    expect(await takeBackExpired(db)).toEqual([{ requestId, next: 'queued' }]);
    const held = must(await claim(db, await worker('other')));
    expect(held).toMatchObject({ requestId, attempt: 2 });
    expect(await renew(db, lost)).toBe('lost');
    expect(await setRun(db, lost, 'r0')).toBe(false);
    expect(await finish(db, lost, { ...GREEN, runId: 'r0' })).toBe(false);
    expect(await renew(db, held)).toBe('held');
    expect(await finish(db, held, GREEN)).toBe(true);
    const row = await db
      .selectFrom('requests')
      .select(['state', 'run_id', 'verdict', 'level'])
      .executeTakeFirstOrThrow();
    expect(row).toEqual({ state: 'done', run_id: 'r1', verdict: 'success', level: 5 });
  });

  test('that is renewed is not taken back', async () => {
    await enqueue(db, request());
    const lease = must(await claim(db, await worker()));
    await letLeasesEnd();
    expect(await renew(db, lease)).toBe('held');
    expect(await takeBackExpired(db)).toEqual([]);
  });

  test('lost again and again ends the request as an error', async () => {
    const { requestId } = await enqueue(db, request());
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      expect(must(await claim(db, await worker())).attempt).toBe(attempt);
      await letLeasesEnd();
      expect(await takeBackExpired(db)).toEqual([{ requestId, next: attempt < MOST_ATTEMPTS ? 'queued' : 'error' }]);
    }
    expect(await claim(db, await worker())).toBeUndefined();
    expect(await db.selectFrom('requests').select(['state', 'verdict', 'sentence']).executeTakeFirstOrThrow()).toEqual({
      state: 'done',
      verdict: 'error',
      sentence: `its worker was lost ${MOST_ATTEMPTS} times`,
    });
  });

  test('tells its holder that somebody asked for the end', async () => {
    const first = await enqueue(db, request());
    const lease = must(await claim(db, await worker()));
    const second = await enqueue(db, request());
    expect(await cancelPullRequest(db, { forge: 'git', repositoryId: 1, pullRequest: 1 })).toEqual({
      waiting: [second.requestId],
      running: [lease.requestId],
    });
    expect(await renew(db, lease)).toBe('cancel');
    expect(await stateOf(second.requestId)).toBe('cancelled');
    await finish(db, lease, { ...GREEN, verdict: 'cancelled', level: 0 });
    expect(await stateOf(first.requestId)).toBe('cancelled');
  });

  test('that ended after its run was cancelled is not tried again', async () => {
    const { requestId } = await enqueue(db, request());
    await claim(db, await worker());
    await cancelPullRequest(db, { forge: 'git', repositoryId: 1, pullRequest: 1 });
    await letLeasesEnd();
    expect(await takeBackExpired(db)).toEqual([{ requestId, next: 'cancelled' }]);
  });
});

describe('a worker', () => {
  test('that was declared dead gets no more work and has to begin anew', async () => {
    const id = await worker();
    expect(await seenAlive(db, id)).toBe(true);
    await db.updateTable('workers').set({ seen_at: sql<Date>`now() - interval '1 hour'` }).execute();
    expect(await buryWorkers(db)).toEqual([id]);
    expect(await seenAlive(db, id)).toBe(false);
    await enqueue(db, request());
    expect(await claim(db, id)).toBeUndefined();
    expect(await claim(db, await worker())).toBeDefined();
  });
});

test('six workers drain a queue: each request once, never two runs of a domain, though leases are lost on the way', async () => {
  const pullRequests = Array.from({ length: 12 }, (_, index) => index + 1);
  for (const pullRequest of pullRequests) {
    for (const recipe of ['a', 'b', 'c'])
      await enqueue(db, request({ pullRequest, recipe, repositoryId: recipe.charCodeAt(0) }));
  }
  const live = new Map<string, number>();
  const done: number[] = [];
  let lost = 0;
  const drain = async (name: string): Promise<void> => {
    const id = await worker(name);
    for (;;) {
      const lease = await claim(db, id);
      if (lease === undefined) return;
      const { domain } = lease.request;
      expect(live.get(domain)).toBeUndefined();
      live.set(domain, id);
      const loses = lease.attempt === 1 && lease.requestId % 5 === 0;
      live.delete(domain);
      if (loses) {
        lost += 1;
        await db
          .updateTable('requests')
          .set({ lease_until: sql<Date>`now() - interval '1 second'` })
          .where('id', '=', lease.requestId)
          .execute();
        await takeBackExpired(db);
        expect(await finish(db, lease, GREEN)).toBe(false);
      } else if (await finish(db, lease, GREEN)) done.push(lease.requestId);
    }
  };
  await Promise.all(['u', 'v', 'w', 'x', 'y', 'z'].map(drain));
  expect(done).toHaveLength(36);
  expect(new Set(done).size).toBe(36);
  expect(lost).toBeGreaterThan(5);
  const states = await db.selectFrom('requests').select(['state']).distinct().execute();
  expect(states).toEqual([{ state: 'done' }]);
});
