import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { answerHook } from '../../src/forge/hook.ts';
import { sendDue } from '../../src/forge/outbox/send.ts';
import { tellRequest } from '../../src/forge/outbox/tell.ts';
import { pollRepository } from '../../src/forge/poll.ts';
import { readPullRequestStatus } from '../../src/forge/pull-request-status.ts';
import { claim, finish } from '../../src/queue/requests.ts';
import { registerWorker } from '../../src/queue/workers.ts';
import { openTestStore, type TestStore } from '../store/support/test-store.ts';
import { makeDelivery, type Sent } from './double/webhooks.ts';
import { LONG_AGO, openScene, RUNS, type Scene } from './support/scene.ts';

let bench: TestStore;
let scene: Scene;

beforeAll(async () => {
  bench = await openTestStore();
});
afterAll(() => bench[Symbol.asyncDispose]());
beforeEach(async () => {
  await sql`truncate repositories, comments, requests, workers, approvals, reports, report_comments, deliveries, pinned_accounts cascade`.execute(
    bench.store.db,
  );
  scene = await openScene(bench.store);
});
afterEach(() => scene[Symbol.asyncDispose]());

const poll = async () => (await pollRepository(scene.bridge, scene.enrolled, LONG_AGO)).decisions;
const requests = () => bench.store.db.selectFrom('requests').selectAll().orderBy('id').execute();
const mailbox = () => ({
  forge: scene.enrolled.forge,
  name: { owner: 'recipes', name: 'notebook' },
  botId: scene.bridge.botId('git'),
});
const sendAll = () => sendDue({ db: bench.store.db, mailbox, runs: RUNS });
const hook = (delivery: Sent, secret = 'hook-secret') =>
  answerHook(
    {
      bridge: scene.bridge,
      forgeId: 'git',
      secrets: async () => ['older', secret],
      enrolled: (_forge, id) => (id === scene.enrolled.repositoryId ? scene.enrolled : undefined),
    },
    { headers: delivery.headers, body: Buffer.from(delivery.body) },
  );
/** Comments and gives back the delivery that told of it. */
const delivered = async (login: string, body: string, number = 1): Promise<Sent> => {
  scene.double.holdDeliveries(true);
  scene.double.state.repositories[0]?.hooks.splice(0, 1, { url: 'http://127.0.0.1:9/hook', secret: 'hook-secret' });
  await scene.comment(login, body, number);
  const delivery = scene.double.deliveries.at(-1);
  if (delivery === undefined) throw new Error('nothing was delivered');
  return delivery;
};
const ours = () => scene.double.state.comments.filter(({ author }) => author === 'ccci').map(({ body }) => body);
const statuses = () => scene.double.state.statuses.map(({ state, sha }) => `${state} ${sha.slice(0, 7)}`);

describe('a member’s !testme', () => {
  test('becomes one request for the head of that moment, by whichever ways and however often it is seen', async () => {
    const delivery = await delivered('ada', '!testme');
    expect(await hook(delivery)).toBe(204);
    expect(await hook(delivery)).toBe(204);
    expect(await hook({ ...delivery, headers: { ...delivery.headers, 'x-gitea-delivery': 'another' } })).toBe(204);
    expect((await poll()).map(({ decision }) => decision)).toEqual(['known']);
    expect(await requests()).toMatchObject([
      { sha: await scene.head(), pull_request: 1, asked_by: 'ada', domain: 'notebook-pr1.ci.test' },
    ]);
  });

  test('counts by a delivery that leaves out the pull request, as old Forgejos send it, unless that is closed', async () => {
    const bare = async () => {
      const { pull_request: _left, ...rest } = JSON.parse((await delivered('ada', '!testme')).body) as Record<
        string,
        unknown
      >;
      const at = { url: 'http://127.0.0.1:9/hook', secret: 'hook-secret' };
      return makeDelivery(at, 'issue_comment', 'pull_request_comment', rest);
    };
    expect(await hook(await bare())).toBe(204);
    expect(await requests()).toMatchObject([{ sha: await scene.head(), pull_request: 1 }]);
    await scene.double.call('ada', 'PATCH', 'repos/recipes/notebook/pulls/1', { state: 'closed' });
    expect(await hook(await bare())).toBe(204);
    expect(await requests()).toHaveLength(1);
  });

  test('is found when its delivery was never made, and after we were away', async () => {
    await scene.comment('ada', 'Nice!');
    await poll();
    const asked = await scene.comment('ada', '!testme install');
    expect(await poll()).toContainEqual({ commentId: asked, decision: 'requested' });
    expect(await requests()).toMatchObject([{ options: { tiers: ['install'] } }]);
  });

  test('is looked at again when the forge did not answer in the middle of it', async () => {
    await scene.comment('ada', '!testme');
    for (const part of ['members', 'pulls', 'git/refs']) {
      scene.double.failWith(({ path }) => (path.includes(part) ? { status: 502 } : undefined));
      await expect(poll()).rejects.toMatchObject({ failure: 'busy' });
      expect(await requests()).toEqual([]);
    }
    scene.double.failWith(undefined);
    expect((await poll()).map(({ decision }) => decision)).toEqual(['requested']);
  });

  test('of a commit that was pushed this moment tests that one, though the forge’s page lags', async () => {
    await scene.comment('ada', '!testme');
    const newer = await scene.push('third');
    await poll();
    expect(await requests()).toMatchObject([{ sha: newer }]);
  });
});

describe('nothing happens', () => {
  test('on what a stranger writes, and nobody answers him', async () => {
    expect(await hook(await delivered('mallory', '!testme'))).toBe(403);
    await scene.comment('mallory', '!testme --nonsense');
    expect((await poll()).map(({ decision }) => decision)).toEqual(['known', 'untrusted']);
    await sendAll();
    expect(await requests()).toEqual([]);
    expect(ours()).toEqual([]);
  });

  test('when the forge gives no clear answer about who asks', async () => {
    scene.double.state.organisations.get('recipes')?.delete('ccci');
    await scene.comment('ada', '!testme');
    expect((await poll()).map(({ decision }) => decision)).toEqual(['untrusted']);
  });

  test('on a comment that was edited into a command, before or after it was first seen', async () => {
    const id = await scene.comment('ada', 'Nice!');
    const comment = scene.double.state.comments.find((candidate) => candidate.id === id);
    if (comment === undefined) throw new Error('no comment');
    comment.body = '!testme';
    comment.updatedAt = new Date(comment.createdAt.getTime() + 5000);
    expect((await poll()).map(({ decision }) => decision)).toEqual(['edited']);
    expect(await requests()).toEqual([]);
  });

  test('on a comment of which the forge has told that it was edited, though that was in the second of its writing', async () => {
    scene.double.holdDeliveries(true);
    scene.double.state.repositories[0]?.hooks.splice(0, 1, { url: 'http://127.0.0.1:9/hook', secret: 'hook-secret' });
    const id = await scene.comment('ada', 'Nice!');
    // Whoever may write to a repository may change what others have written there.
    scene.double.state.repositories[0]?.collaborators.set('mallory', 'write');
    await scene.double.call('mallory', 'PATCH', `repos/recipes/notebook/issues/comments/${id}`, { body: '!testme' });
    const comment = scene.double.state.comments.find((candidate) => candidate.id === id);
    if (comment === undefined) throw new Error('no comment');
    comment.updatedAt = comment.createdAt;
    const edited = scene.double.deliveries.at(-1);
    if (edited === undefined) throw new Error('nothing was delivered');
    expect(JSON.parse(edited.body)).toMatchObject({ action: 'edited' });
    expect(await hook(edited, 'wrong')).toBe(401);
    expect(await hook(edited)).toBe(204);
    expect((await poll()).map(({ decision }) => decision)).toEqual(['known']);
    expect(await requests()).toEqual([]);
  });

  test('on an issue, a closed pull request, or what we wrote ourselves', async () => {
    await scene.double.call('ada', 'POST', 'repos/recipes/notebook/issues', { title: 'Question' });
    expect(await hook(await delivered('ada', '!testme', 2))).toBe(204);
    await scene.comment('ccci', '!testme');
    await scene.double.call('ada', 'PATCH', 'repos/recipes/notebook/pulls/1', { state: 'closed' });
    await scene.comment('ada', '!testme');
    expect((await poll()).map(({ decision }) => decision)).toEqual(['nothing', 'nothing', 'closed']);
    expect(await requests()).toEqual([]);
  });

  test('before a delivery’s signature is known to be good', async () => {
    const delivery = await delivered('ada', '!testme');
    expect(await hook(delivery, 'wrong')).toBe(401);
    expect(await hook({ ...delivery, body: delivery.body.replace('!testme', '!testme ') })).toBe(401);
    const { 'x-gitea-signature': _, 'x-hub-signature-256': __, ...unsigned } = delivery.headers;
    expect(await hook({ ...delivery, headers: unsigned })).toBe(401);
    expect(await hook({ ...delivery, body: ' '.repeat(1024 * 1024 + 1) })).toBe(413);
    expect(await requests()).toEqual([]);
  });
});

describe('what is to be said', () => {
  test('is one comment that is kept up to date, and a status on the commit', async () => {
    await scene.comment('ada', '!testme');
    await poll();
    await sendAll();
    const head = (await scene.head()).slice(0, 7);
    expect(statuses()).toEqual([`pending ${head}`]);
    const worker = await registerWorker(bench.store.db, { name: 'w', slots: 1, domainSuffix: 'ci.test', labels: [] });
    const lease = await claim(bench.store.db, worker);
    if (lease === undefined) throw new Error('nothing to claim');
    await finish(bench.store.db, lease, { runId: 'r', verdict: 'success', level: 5, sentence: 'all is well' });
    await tellRequest(bench.store.db, lease.requestId);
    await sendAll();
    expect(ours()).toEqual([expect.stringContaining('level 5')]);
    expect(statuses()).toEqual([`pending ${head}`, `success ${head}`]);
  });

  test('waits for a forge that is away, and then is said once and in its order', async () => {
    await scene.comment('ada', '!testme');
    await scene.comment('ada', '!testme help');
    await poll();
    scene.double.failWith(() => ({ status: 503 }));
    await sendAll();
    expect(ours()).toEqual([]);
    scene.double.failWith(undefined);
    await bench.store.db.updateTable('reports').set({ next_at: sql<Date>`now()` }).execute();
    await sendAll();
    expect(ours()).toEqual([expect.stringContaining('**Queued**'), expect.stringContaining('| `!testme` |')]);
    expect(statuses()).toHaveLength(1);
  });

  test('waits while the repository has another name, and is dropped when the pull request is gone', async () => {
    await scene.comment('ada', '!testme');
    await poll();
    const to = '/api/v1/repos/recipes/diary/issues/1/comments';
    scene.double.failWith(() => ({ status: 301, headers: { location: to } }));
    await sendAll();
    scene.double.failWith(undefined);
    await bench.store.db.updateTable('reports').set({ next_at: sql<Date>`now()` }).execute();
    await sendAll();
    expect(ours()).toHaveLength(1);
    expect(statuses()).toHaveLength(1);
    await scene.comment('ada', '!testme help');
    await poll();
    scene.double.state.repositories[0]?.issues.splice(0);
    await sendAll();
    const last = bench.store.db.selectFrom('reports').select(['sent_at', 'problem']).orderBy('id', 'desc');
    expect(await last.executeTakeFirst()).toEqual({
      sent_at: expect.any(Date),
      problem: expect.stringContaining('404'),
    });
  });

  test('is not said twice when we were killed between saying it and noting that', async () => {
    await scene.comment('ada', '!testme help');
    await poll();
    await sendAll();
    await bench.store.db.updateTable('reports').set({ sent_at: null }).execute();
    await sendAll();
    expect(ours()).toHaveLength(1);
  });

  test('of an older run never takes the place of what a newer one said', async () => {
    const worker = await registerWorker(bench.store.db, { name: 'w', slots: 1, domainSuffix: 'ci.test', labels: [] });
    await scene.comment('ada', '!testme');
    await poll();
    const older = await claim(bench.store.db, worker);
    if (older === undefined) throw new Error('nothing to claim');
    await finish(bench.store.db, older, { runId: 'r', verdict: 'failure', level: 1, sentence: 'broken' });
    await scene.comment('ada', '!testme');
    await poll();
    await tellRequest(bench.store.db, older.requestId);
    await sendAll();
    expect(new Set(scene.double.state.statuses.map(({ state }) => state))).toEqual(new Set(['pending']));
  });

  test('about a status that we may not set is left unsaid, and the comment stands', async () => {
    scene.double.state.organisations.set('others', new Set(['ccci']));
    const repository = scene.double.state.repositories[0];
    repository?.collaborators.set('ccci', 'read');
    await scene.comment('ada', '!testme');
    await poll();
    await sendAll();
    expect(statuses()).toEqual([]);
    expect(ours()).toEqual([expect.stringContaining('**Queued**')]);
    const kept = await bench.store.db
      .selectFrom('reports')
      .select('problem')
      .where('kind', '=', 'status')
      .executeTakeFirstOrThrow();
    expect(kept.problem).toContain('403');
  });

  test('to a malformed command is one reply with the commands', async () => {
    await scene.comment('ada', '!testme --fast');
    await poll();
    await poll();
    await sendAll();
    expect(ours()).toEqual([expect.stringMatching(/--fast is no option of !testme[\s\S]*!testme cancel/)]);
  });
});

describe('a request that somebody', () => {
  test('holds does not start until it is asked for again', async () => {
    const worker = await registerWorker(bench.store.db, { name: 'w', slots: 1, domainSuffix: 'ci.test', labels: [] });
    await scene.comment('ada', '!testme');
    await scene.comment('ada', '!testme hold');
    await poll();
    await sendAll();
    expect(ours()).toEqual([expect.stringContaining('**Held** by ada')]);
    expect(await claim(bench.store.db, worker)).toBeUndefined();
    await scene.comment('ada', '!testme');
    await poll();
    expect(await claim(bench.store.db, worker)).toBeDefined();
    expect((await requests()).map(({ state }) => state)).toEqual(['superseded', 'running']);
  });

  test('cancels leaves no status pending', async () => {
    await scene.comment('ada', '!testme');
    await poll();
    await sendAll();
    await scene.comment('ada', '!testme cancel');
    await poll();
    await sendAll();
    expect(scene.double.state.statuses.map(({ state }) => state)).toEqual(['pending', 'error']);
    expect(ours()).toEqual([expect.stringContaining('**Cancelled**')]);
  });

  test('asks for some tiers of neither sets the status nor takes the place of a full one', async () => {
    await scene.comment('ada', '!testme');
    await scene.comment('ada', '!testme install');
    await poll();
    await sendAll();
    expect((await requests()).map(({ state }) => state)).toEqual(['queued', 'queued']);
    expect(scene.double.state.statuses).toHaveLength(1);
    expect(ours()).toEqual([expect.stringMatching(/\*Partial\*[^]*Still queued: `/)]);
  });

  test('asks why is told of the last verdict', async () => {
    await scene.comment('ada', '!testme');
    await poll();
    const worker = await registerWorker(bench.store.db, { name: 'w', slots: 1, domainSuffix: 'ci.test', labels: [] });
    const lease = await claim(bench.store.db, worker);
    if (lease === undefined) throw new Error('nothing to claim');
    await finish(bench.store.db, lease, { runId: 'r', verdict: 'failure', level: 1, sentence: 'no <b>disk</b> @ada' });
    await scene.comment('ada', '!testme why');
    await poll();
    await sendAll();
    expect(ours().at(-1)).toContain('ended as failure: no \\<b\\>disk\\</b\\> @\u2060ada');
  });
});

describe('the status of a pull request', () => {
  const read = () => readPullRequestStatus(scene.enrolled.forge, { owner: 'recipes', name: 'notebook' }, 1);

  test('is that of its head alone, and reading it starts nothing (RT-38)', async () => {
    expect(await read()).toMatchObject({ colour: 'none', sha: await scene.head() });
    await scene.comment('ada', '!testme');
    await poll();
    await sendAll();
    expect(await read()).toMatchObject({ colour: 'pending' });
    const worker = await registerWorker(bench.store.db, { name: 'w', slots: 1, domainSuffix: 'ci.test', labels: [] });
    const lease = await claim(bench.store.db, worker);
    if (lease === undefined) throw new Error('nothing to claim');
    await finish(bench.store.db, lease, { runId: 'r', verdict: 'success', level: 5, sentence: 'all is well' });
    await tellRequest(bench.store.db, lease.requestId);
    await sendAll();
    expect(await read()).toMatchObject({ colour: 'green', url: 'http://ci.test/runs/r/' });
    const newer = await scene.push('third');
    expect(await read()).toEqual({ colour: 'none', sha: newer, state: undefined, url: '' });
    expect(await requests()).toHaveLength(1);
  });
});
