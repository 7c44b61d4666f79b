import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sendDue } from '../../src/forge/outbox/send.ts';
import { tellRequest } from '../../src/forge/outbox/tell.ts';
import { pollRepository } from '../../src/forge/poll.ts';
import { hold, isApproved } from '../../src/queue/approvals.ts';
import { claim, finish } from '../../src/queue/requests.ts';
import { registerWorker } from '../../src/queue/workers.ts';
import { openTestStore, type TestStore } from '../store/support/test-store.ts';
import { LONG_AGO, openScene, RUNS, type Scene } from './support/scene.ts';

let bench: TestStore;
let scene: Scene;

beforeAll(async () => {
  bench = await openTestStore();
});
afterAll(() => bench[Symbol.asyncDispose]());
beforeEach(async () => {
  await sql`truncate repositories, comments, requests, workers, approvals, reports, report_comments, deliveries cascade`.execute(
    bench.store.db,
  );
  scene = await openScene(bench.store);
});
afterEach(() => scene[Symbol.asyncDispose]());

const poll = () => pollRepository(scene.bridge, scene.enrolled, LONG_AGO);
const requests = () => bench.store.db.selectFrom('requests').selectAll().orderBy('id').execute();
const mailbox = () => ({
  forge: scene.enrolled.forge,
  name: { owner: 'recipes', name: 'notebook' },
  botId: scene.bridge.botId('git'),
});
const sendAll = () => sendDue({ db: bench.store.db, mailbox, runs: RUNS });
const ours = () => scene.double.state.comments.filter(({ author }) => author === 'ccci').map(({ body }) => body);

describe('what needs approval', () => {
  const FINDINGS = [
    {
      id: 'x',
      file: 'compose.yml',
      line: 3,
      service: 'app',
      key: 'services.app.privileged',
      sentence: 'app is privileged',
    },
  ];
  const db = () => bench.store.db;
  const register = () => registerWorker(db(), { name: 'w', slots: 1, domainSuffix: 'ci.test', labels: [] });
  const take = async () => {
    const lease = await claim(db(), await register());
    if (lease === undefined) throw new Error('nothing to claim');
    return lease;
  };
  /** As a worker does with a run that ended for want of an approval. */
  const askForApproval = async () => {
    await scene.comment('ada', '!testme');
    await poll();
    const lease = await take();
    expect(await isApproved(db(), lease.request)).toBe(false);
    expect(await hold(db(), lease, FINDINGS)).toBe(true);
    await tellRequest(db(), lease.requestId);
    await sendAll();
    return lease;
  };

  test('is shown, and runs once a member has approved exactly that commit', async () => {
    const lease = await askForApproval();
    const head = await scene.head();
    expect(ours()).toEqual([expect.stringContaining(`!testme approve ${head.slice(0, 12)}`)]);
    expect(await claim(db(), await register())).toBeUndefined();
    await scene.comment('mallory', `!testme approve ${head}`);
    await poll();
    expect(await claim(db(), await register())).toBeUndefined();
    await scene.comment('ada', `!testme approve ${head.slice(0, 12)}`);
    await poll();
    const again = await take();
    expect(again).toMatchObject({ requestId: lease.requestId, attempt: 1 });
    expect(await isApproved(db(), again.request)).toBe(true);
    expect(await isApproved(db(), { ...again.request, sha: 'f'.repeat(40) })).toBe(false);
    expect(await isApproved(db(), { ...again.request, pullRequest: 2 })).toBe(false);
    expect(await hold(db(), lease, FINDINGS)).toBe(false);
  });

  test('is void after a push, and the answer says so', async () => {
    await askForApproval();
    const before = await scene.head();
    await scene.push('third');
    await scene.comment('ada', '!testme approve');
    await poll();
    await sendAll();
    expect(await requests()).toMatchObject([{ state: 'superseded', sha: before }]);
    expect(ours()[1]).toContain(`the head is \`${await scene.head()}\` now`);
    expect(await db().selectFrom('approvals').selectAll().execute()).toEqual([]);
    expect(scene.double.state.statuses.at(-1)).toMatchObject({ sha: before, state: 'error' });
  });

  test('is not approved by the name of another commit, nor before anything was shown', async () => {
    await askForApproval();
    await scene.comment('ada', '!testme approve fffffff');
    await poll();
    expect(await requests()).toMatchObject([{ state: 'held' }]);
    await scene.comment('ada', '!testme cancel');
    await scene.comment('ada', '!testme approve');
    await poll();
    expect(await requests()).toMatchObject([{ state: 'cancelled' }]);
    expect(await db().selectFrom('approvals').selectAll().execute()).toEqual([]);
  });

  test('is not waited for once its end was asked for', async () => {
    await scene.comment('ada', '!testme');
    await poll();
    const lease = await take();
    await scene.comment('ada', '!testme cancel');
    await poll();
    expect(await hold(db(), lease, FINDINGS)).toBe(true);
    expect(await requests()).toMatchObject([{ state: 'cancelled', verdict: 'cancelled' }]);
    await tellRequest(db(), lease.requestId);
    await sendAll();
    expect(scene.double.state.statuses.at(-1)).toMatchObject({ state: 'error', description: 'cancelled' });
  });

  test('is not begun by an approval while somebody holds it back', async () => {
    await askForApproval();
    for (const command of ['approve', 'hold', 'approve']) await scene.comment('ada', `!testme ${command}`);
    await poll();
    expect(await requests()).toMatchObject([{ state: 'held', held_by: 'ada' }]);
    await scene.comment('ada', '!testme');
    await poll();
    expect(await isApproved(db(), (await take()).request)).toBe(true);
  });

  test('is asked for anew by a commit whose author only bears a member’s name', async () => {
    await askForApproval();
    await scene.comment('ada', '!testme approve');
    await poll();
    const lease = await take();
    await finish(db(), lease, { runId: 'r', verdict: 'success', level: 5, sentence: 'all is well' });
    await scene.push('third');
    await scene.comment('ada', '!testme');
    await poll();
    expect(await isApproved(db(), (await take()).request)).toBe(false);
  });
});
