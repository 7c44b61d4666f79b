import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { answerHook } from '../../src/forge/hook.ts';
import { pollRepository } from '../../src/forge/poll.ts';
import { pinAccounts, type Trust } from '../../src/forge/trust.ts';
import { openTestStore, type TestStore } from '../store/support/test-store.ts';
import { LONG_AGO, openScene, type Scene } from './support/scene.ts';

let bench: TestStore;
let scene: Scene;
const notes: string[] = [];

beforeAll(async () => {
  bench = await openTestStore();
});
afterAll(() => bench[Symbol.asyncDispose]());
beforeEach(async () => {
  await sql`truncate repositories, comments, requests, deliveries, pinned_accounts cascade`.execute(bench.store.db);
  notes.length = 0;
  scene = await openScene(bench.store, (sentence) => notes.push(sentence));
});
afterEach(() => scene[Symbol.asyncDispose]());

const poll = async () => (await pollRepository(scene.bridge, scene.enrolled, LONG_AGO)).decisions;

describe('a name that somebody gave up', () => {
  const trusting = (trust: Trust) => ({ ...scene, enrolled: { ...scene.enrolled, trust } });
  /** Ada has another name from now on, and Mallory hers. */
  const takeOver = () => {
    const { users, organisations } = scene.double.state;
    const [ada, mallory] = ['ada', 'mallory'].map((name) => users.findIndex(({ login }) => login === name));
    users.splice(ada ?? 0, 1, { ...(users[ada ?? 0] ?? { id: 0, admin: false }), login: 'lovelace' });
    users.splice(mallory ?? 0, 1, { ...(users[mallory ?? 0] ?? { id: 0, admin: false }), login: 'ada' });
    organisations.get('recipes')?.add('lovelace').delete('ada');
  };

  test('gives no commands to whoever takes it, though the settings name it, and goes on for who had it', async () => {
    scene = trusting({ organisation: undefined, allow: ['ada'] });
    await scene.comment('ada', '!testme');
    expect((await poll()).map(({ decision }) => decision)).toEqual(['requested']);
    takeOver();
    const taken = await scene.comment('ada', '!testme install');
    const own = await scene.comment('lovelace', '!testme upgrade');
    const decided = await poll();
    expect(decided).toContainEqual({ commentId: taken, decision: 'untrusted' });
    expect(decided).toContainEqual({ commentId: own, decision: 'requested' });
    expect(notes).toEqual([expect.stringMatching(/somebody else is called ada now .*Write ada#3 there/)]);
  });

  test('means who is meant by its number where the settings give that', async () => {
    scene = trusting({ organisation: undefined, allow: ['ada#3'] });
    await scene.comment('ada', '!testme');
    expect((await poll()).map(({ decision }) => decision)).toEqual(['untrusted']);
    takeOver();
    const taken = await scene.comment('ada', '!testme');
    expect(await poll()).toContainEqual({ commentId: taken, decision: 'requested' });
  });

  test('was that of an organisation, whose next owner’s members are trusted no more than others', async () => {
    await pinAccounts(scene.bridge, scene.enrolled.forge, scene.enrolled.trust);
    const { organisations } = scene.double.state;
    organisations.clear();
    organisations.set('another', new Set());
    organisations.set('recipes', new Set(['mallory', 'ccci']));
    await scene.comment('mallory', '!testme');
    expect((await poll()).map(({ decision }) => decision)).toEqual(['untrusted']);
    expect(notes).toEqual([expect.stringContaining('somebody else is called recipes now')]);
  });

  test('is not who wrote a comment, where a member has taken it since', async () => {
    scene.double.holdDeliveries(true);
    scene.double.state.repositories[0]?.hooks.push({ url: 'http://127.0.0.1:9/hook', secret: 'hook-secret' });
    await scene.comment('mallory', '!testme');
    const [delivery] = scene.double.deliveries;
    if (delivery === undefined) throw new Error('nothing was delivered');
    const { users, organisations } = scene.double.state;
    const index = users.findIndex(({ login }) => login === 'mallory');
    const mallory = users[index];
    if (mallory === undefined) throw new Error('nobody');
    users.splice(index, 1, { ...mallory, login: 'other' }, { id: 77, admin: false, login: 'mallory' });
    organisations.get('recipes')?.add('mallory');
    const options = { bridge: scene.bridge, forgeId: 'git', secrets: async () => ['hook-secret'] };
    const hooked = answerHook(
      { ...options, enrolled: () => scene.enrolled },
      { headers: delivery.headers, body: Buffer.from(delivery.body) },
    );
    expect(await hooked).toBe(403);
  });
});

describe('what is larger than anybody reads', () => {
  const MEGABYTE = 1024 * 1024;

  test('is passed by: 48 comments of 400 kB keep no later command from being found', async () => {
    const book = 'x'.repeat(400_000);
    for (let count = 0; count < 48; count += 1) await scene.comment('mallory', book);
    await scene.comment('ada', '!testme');
    const { decisions, cursor } = await pollRepository(scene.bridge, scene.enrolled, LONG_AGO);
    expect(decisions).toHaveLength(49);
    expect(decisions.at(-1)?.decision).toBe('requested');
    expect(cursor).not.toBe(LONG_AGO);
  });

  test('is left out with a note where it is one comment, or the pull request that a comment is on', async () => {
    const first = await scene.comment('mallory', 'x'.repeat(17 * MEGABYTE));
    await scene.comment('ada', '!testme');
    expect((await poll()).map(({ decision }) => decision)).toEqual(['requested']);
    expect(notes).toEqual([expect.stringContaining('number 1 of the list is too large and was left out')]);
    scene.double.state.comments.splice(0, 1);
    expect(first).toBeGreaterThan(0);
    const large = { status: 200, body: { title: 'x'.repeat(17 * MEGABYTE) } };
    scene.double.failWith(({ path }) => (path.endsWith('/pulls/1') ? large : undefined));
    await scene.comment('ada', '!testme install');
    await scene.comment('mallory', 'later');
    expect((await poll()).map(({ decision }) => decision)).toEqual(['known', 'too-large', 'nothing']);
    expect(notes.at(-1)).toContain('its pull request is too large to be read');
  });
});
