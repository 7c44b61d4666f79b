import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Bridge, Enrolled } from '../../../src/forge/bridge.ts';
import { ensureHook } from '../../../src/forge/gitea/hooks.ts';
import { answerHook } from '../../../src/forge/hook.ts';
import { sendDue } from '../../../src/forge/outbox/send.ts';
import { pollRepository } from '../../../src/forge/poll.ts';
import { lookBesides } from '../../../src/server/look-besides.ts';
import { openTestStore, type TestStore } from '../../store/support/test-store.ts';
import { openReceiver } from '../support/receiver.ts';
import { LONG_AGO, RUNS } from '../support/scene.ts';
import { clientOf, eventually, must, openPull } from '../support/stage.ts';
import { type Cast, type Notebook, openNotebook, watching } from './people.ts';

const SECRET = 'a secret of both sides';

/** What the bridge makes of a forge: both ways, trust, and what is said. */
export function holdBridge(cast: () => Cast): void {
  let bench: TestStore | undefined;
  let bridge: Bridge;
  beforeAll(async () => {
    bench = await openTestStore();
    const { id } = await client().whoAmI();
    bridge = { db: bench.store.db, botId: () => id, domainSuffix: 'ci.test' };
  });
  afterAll(() => bench?.[Symbol.asyncDispose]());

  const client = () => clientOf(cast().stage, cast().botToken);
  const enrol = async ({ name }: Notebook): Promise<Enrolled> => {
    const forge = client();
    const { id: repositoryId } = await forge.repository(name);
    return {
      forge,
      repositoryId,
      ...name,
      recipe: name.name,
      trust: { organisation: cast().organisation, allow: [] },
      runsOn: [],
    };
  };
  const requestsOf = ({ repositoryId }: Enrolled) =>
    bridge.db.selectFrom('requests').selectAll().where('repository_id', '=', repositoryId).orderBy('id').execute();
  const decisions = async (enrolled: Enrolled) =>
    (await pollRepository(bridge, enrolled, LONG_AGO)).decisions.map(({ decision }) => decision);
  const say = async (enrolled: Enrolled) =>
    sendDue({
      db: bridge.db,
      mailbox: () => ({ forge: enrolled.forge, name: enrolled, botId: bridge.botId('git') }),
      runs: RUNS,
    });

  describe('a member’s !testme', () => {
    test('is one request for the head of that moment, seen by webhook, again, and by the poll', async () => {
      await using receiver = await openReceiver();
      await using notebook = await openNotebook(cast(), 'asked');
      const { stage, member } = cast();
      const enrolled = await enrol(notebook);
      const admin = { url: stage.url, token: () => stage.adminToken() };
      await ensureHook(admin, notebook.name, { url: receiver.url, secret: SECRET });
      await notebook.comment(member, '!testme');
      const delivery = await eventually(() => receiver.received[0]);
      const options = { bridge, forgeId: 'git', secrets: async () => [SECRET], enrolled: () => enrolled };
      expect(await answerHook(options, delivery)).toBe(204);
      expect(await answerHook(options, delivery)).toBe(204);
      expect(await decisions(enrolled)).toEqual(['known']);
      expect(await requestsOf(enrolled)).toMatchObject([{ sha: notebook.bump, pull_request: 1, asked_by: member }]);
      await say(enrolled);
      expect(await client().statuses(notebook.name, notebook.bump)).toMatchObject([
        { context: 'cc-ci/testme', state: 'pending' },
      ]);
      const newer = await notebook.work.push('bump', 'third');
      await eventually(async () => (await client().headOf(notebook.name, 1)) === newer);
      await notebook.comment(member, '!testme');
      expect(await decisions(enrolled)).toContain('requested');
      await say(enrolled);
      const written = (await client().comments(notebook.name, 1)).filter(({ author }) => author.login === cast().bot);
      expect(written).toHaveLength(1);
      expect(written[0]?.body).toContain(newer.slice(0, 7));
    });
  });

  describe('nothing is started', () => {
    test('by a stranger, by an edit, on a closed pull request or on an issue', async () => {
      await using notebook = await openNotebook(cast(), 'refused');
      const { stage, member, stranger } = cast();
      const { path, work, main } = notebook;
      const enrolled = await enrol(notebook);
      await notebook.comment(stranger, '!testme');
      expect(await decisions(enrolled)).toEqual(['untrusted']);

      const talk = await notebook.comment(member, 'Nice!');
      const said = (await client().comments(notebook.name, 1)).find(({ id }) => id === talk)?.createdAt ?? '';
      await eventually(async () => (await client().clock()) > said);
      await must(stage, member, 'PATCH', `${path}/issues/comments/${talk}`, { body: '!testme' });
      expect((await decisions(enrolled)).at(-1)).toBe('edited');

      await work.push('other', 'another', { from: main });
      const number = await openPull(stage, member, notebook.name, { head: 'other', base: 'main' });
      await must(stage, member, 'PATCH', `${path}/pulls/${number}`, { state: 'closed' });
      await notebook.comment(member, '!testme', number);
      expect(await decisions(enrolled)).toContain('closed');

      const issue = await must(stage, member, 'POST', `${path}/issues`, { title: 'An idea' });
      await notebook.comment(member, '!testme', (issue as { number: number }).number);
      expect(await decisions(enrolled)).toContain('nothing');
      expect(await requestsOf(enrolled)).toEqual([]);
    });
  });

  describe('a repository that nobody has enrolled', () => {
    test('is answered once', async () => {
      await using notebook = await openNotebook(cast(), 'unknown');
      const { member } = cast();
      const enrolled = await enrol(notebook);
      const look = lookBesides(bridge, watching(cast(), enrolled.forge), (_forge, repositoryId, name) =>
        repositoryId === enrolled.repositoryId ? { ...enrolled, ...name, repositoryId } : undefined,
      );
      await look();
      await notebook.comment(member, '!testme');
      await look();
      await notebook.comment(member, '!testme');
      await look();
      await say(enrolled);
      const all = await client().comments(notebook.name, 1);
      expect(all.filter(({ body }) => body.includes('is not enrolled here'))).toHaveLength(1);
    });
  });
}
