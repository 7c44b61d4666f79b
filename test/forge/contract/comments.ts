import { describe, expect, test } from 'vitest';
import { BOT_SCOPES, clientOf, eventually, must } from '../support/stage.ts';
import { type Cast, openNotebook } from './people.ts';

const LONG_AGO = '2020-01-01T00:00:00Z';

/** Comments and issues. */
export function holdComments(cast: () => Cast): void {
  const client = () => clientOf(cast().stage, cast().botToken);
  /** Resolves once the forge's clock shows a later second: its times tell no more than seconds. */
  const nextSecond = async (after: string) => eventually(async () => (await client().clock()) > after);

  describe('comments', () => {
    test('of a pull request are all there and in order, however many pages they fill, and so are the repository’s', async () => {
      const { stage, member } = cast();
      await using notebook = await openNotebook(cast(), 'many-comments');
      const said: number[] = [];
      for (let count = 0; count < 103; count += 1) said.push(await notebook.comment(member, `comment ${count}`));
      expect((await client().comments(notebook.name, 1)).map(({ id }) => id)).toEqual(said);
      const issue = await must(stage, member, 'POST', `${notebook.path}/issues`, { title: 'An idea' });
      const { number } = issue as { number: number };
      const besides = await notebook.comment(member, 'on the issue', number);
      const all = await client().commentsSince(notebook.name, LONG_AGO);
      expect(all.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual([...said, besides]);
      expect(all.filter(({ pullRequest }) => pullRequest === 1)).toHaveLength(103);
      expect(all.find(({ id }) => id === besides)?.pullRequest).toBeUndefined();
    });

    test('say who wrote what and when, by the forge’s own clock', async () => {
      const { member } = cast();
      await using notebook = await openNotebook(cast(), 'one-comment');
      const before = await client().clock();
      const id = await notebook.comment(member, '!testme\n\n> a quote & <b>markup</b> 🙂');
      const after = await client().clock();
      const [comment] = await client().comments(notebook.name, 1);
      expect(comment).toMatchObject({
        id,
        author: { id: expect.any(Number), login: member },
        body: '!testme\n\n> a quote & <b>markup</b> 🙂',
        pullRequest: 1,
      });
      const { createdAt = '', updatedAt } = comment ?? {};
      expect(createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(updatedAt).toBe(createdAt);
      expect(createdAt >= before && createdAt <= after).toBe(true);
      expect(await client().commentsSince(notebook.name, createdAt)).toHaveLength(1);
      await nextSecond(createdAt);
      expect(await client().commentsSince(notebook.name, await client().clock())).toEqual([]);
    });

    test('come again when they were edited, with the old time of creation; not when they were deleted', async () => {
      const { stage, member } = cast();
      await using notebook = await openNotebook(cast(), 'edited');
      const edited = await notebook.comment(member, 'Nice!');
      const deleted = await notebook.comment(member, '!testme');
      const [first] = await client().comments(notebook.name, 1);
      await nextSecond(first?.updatedAt ?? '');
      const since = await client().clock();
      await must(stage, member, 'PATCH', `${notebook.path}/issues/comments/${edited}`, { body: '!testme' });
      await must(stage, member, 'DELETE', `${notebook.path}/issues/comments/${deleted}`);
      const [found, ...others] = await client().commentsSince(notebook.name, since);
      expect(others).toEqual([]);
      expect(found).toMatchObject({ id: edited, body: '!testme', createdAt: first?.createdAt });
      expect((found?.updatedAt ?? '') > (found?.createdAt ?? '')).toBe(true);
    });

    test('of ours are made and changed with nothing but the right to read; a missing one is a no', async () => {
      const { stage, member, reader } = cast();
      const limited = clientOf(stage, await stage.addToken(reader, BOT_SCOPES));
      await using notebook = await openNotebook(cast(), 'ours');
      const asked = await notebook.comment(member, '!testme');
      await limited.react(notebook.name, asked, 'eyes');
      const long = 'x'.repeat(60_000);
      const made = await limited.createComment(notebook.name, 1, long);
      expect(made).toMatchObject({ author: { login: reader }, body: long, pullRequest: 1 });
      expect(await limited.editComment(notebook.name, made.id, 'shorter')).toBe(true);
      expect((await client().comments(notebook.name, 1)).at(-1)).toMatchObject({ id: made.id, body: 'shorter' });
      await must(stage, member, 'DELETE', `${notebook.path}/issues/comments/${made.id}`);
      expect(await limited.editComment(notebook.name, made.id, 'again')).toBe(false);
      await expect(limited.editComment(notebook.name, asked, 'not mine')).rejects.toMatchObject({ status: 403 });
    });

    test('of a pull request that is not there are refused as such, not as a fault of the forge', async () => {
      await using notebook = await openNotebook(cast(), 'no-pull-request');
      const gone = { code: 'E_FORGE_NOT_FOUND', status: 404 };
      await expect(client().createComment(notebook.name, 99, 'x')).rejects.toMatchObject(gone);
      await expect(client().comments(notebook.name, 99)).rejects.toMatchObject(gone);
    });

    test('cannot be made with a token that may only read', async () => {
      const { stage, bot } = cast();
      await using notebook = await openNotebook(cast(), 'read-only');
      const reading = clientOf(stage, await stage.addToken(bot, ['read:repository', 'read:issue']));
      expect(await reading.comments(notebook.name, 1)).toEqual([]);
      await expect(reading.createComment(notebook.name, 1, 'x')).rejects.toMatchObject({
        code: 'E_FORGE_FORBIDDEN',
        message: expect.stringContaining('write:issue'),
      });
    });
  });

  describe('an issue', () => {
    test('is opened, found by who wrote it, pull requests left out, and closed', async () => {
      const { stage, member, bot } = cast();
      await using notebook = await openNotebook(cast(), 'issues');
      await must(stage, member, 'POST', `${notebook.path}/issues`, { title: 'Not ours' });
      const opened = await client().openIssue(notebook.name, { title: 'main is red', body: 'See the log.' });
      expect(opened).toMatchObject({ title: 'main is red', body: 'See the log.' });
      expect(await client().openIssues(notebook.name, bot)).toEqual([opened]);
      await client().closeIssue(notebook.name, opened.number);
      expect(await client().openIssues(notebook.name, bot)).toEqual([]);
    });
  });
}
