import { describe, expect, test } from 'vitest';
import { ensureHook } from '../../../src/forge/gitea/hooks.ts';
import { type Delivery, isSigned, readDelivery } from '../../../src/forge/gitea/webhook.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';
import { clientOf, eventually, must } from '../support/stage.ts';
import { type Cast, openNotebook } from './people.ts';

const SECRET = 'a secret of both sides';

/** Webhooks: how they are made, and what they deliver. */
export function holdHooks(cast: () => Cast): void {
  const client = () => clientOf(cast().stage, cast().botToken);
  const admin = () => ({ url: cast().stage.url, token: () => cast().stage.adminToken(), retries: 0 });
  const read = ({ received }: Receiver) =>
    received.map(({ headers, body }) => {
      expect(isSigned(headers, body, [SECRET])).toBe(true);
      return readDelivery(headers, JSON.parse(body.toString('utf8')));
    });
  /** The first delivery that is read like this. */
  const delivered = (receiver: Receiver, accepts: (delivery: Delivery) => boolean) =>
    eventually(() => read(receiver).find((delivery) => delivery !== undefined && accepts(delivery)));

  describe('a webhook', () => {
    test('is made once, by who administers the repository and nobody else', async () => {
      await using receiver = await openReceiver();
      await using notebook = await openNotebook(cast(), 'one-hook');
      const hook = { url: receiver.url, secret: SECRET };
      const ours = { ...admin(), token: async () => cast().botToken };
      await expect(ensureHook(ours, notebook.name, hook)).rejects.toMatchObject({ code: 'E_FORGE_FORBIDDEN' });
      expect(await ensureHook(admin(), notebook.name, hook)).toBe(true);
      expect(await ensureHook(admin(), notebook.name, hook)).toBe(false);
      expect(await ensureHook(admin(), notebook.name, { ...hook, url: `${receiver.url}/other` })).toBe(true);
    });

    test('tells signed of a comment on a pull request, with the head, and of its edit and its end', async () => {
      const { stage, member } = cast();
      await using receiver = await openReceiver();
      await using notebook = await openNotebook(cast(), 'told');
      const { name, path, bump } = notebook;
      const { id: repositoryId } = await client().repository(name);
      await ensureHook(admin(), name, { url: receiver.url, secret: SECRET });
      const id = await notebook.comment(member, '!testme');
      await must(stage, member, 'PATCH', `${path}/issues/comments/${id}`, { body: '!testme install' });
      await must(stage, member, 'DELETE', `${path}/issues/comments/${id}`);
      for (const action of ['created', 'edited', 'deleted']) {
        const told = await delivered(receiver, (each) => each.kind === 'comment' && each.action === action);
        if (told.kind !== 'comment') throw new Error(told.kind);
        const body = action === 'created' ? '!testme' : '!testme install';
        expect(told).toMatchObject({
          repositoryId,
          repository: name,
          comment: { id, author: { login: member }, pullRequest: 1, body },
        });
        // An old Forgejo leaves it to be asked for.
        const pull = { number: 1, state: 'open', headSha: bump, baseRef: 'main', fromFork: false };
        expect(told.pullRequest ?? (await client().pullRequest(name, 1))).toMatchObject(pull);
      }
      for (const { headers, body } of receiver.received) {
        expect(isSigned(headers, body, ['another secret'])).toBe(false);
        expect(isSigned(headers, Buffer.concat([body, Buffer.from(' ')]), [SECRET])).toBe(false);
      }
      const ids = receiver.received.map(({ headers }) => headers['x-gitea-delivery']);
      expect(new Set(ids).size).toBe(3);
      expect(ids).not.toContain(undefined);
    });

    test('takes neither a comment on an issue nor a review for a comment on a pull request', async () => {
      const { stage, member, stranger } = cast();
      await using receiver = await openReceiver();
      await using notebook = await openNotebook(cast(), 'not-told');
      const { name, path } = notebook;
      await ensureHook(admin(), name, { url: receiver.url, secret: SECRET });
      const issue = await must(stage, member, 'POST', `${path}/issues`, { title: 'An idea' });
      await notebook.comment(stranger, '!testme', (issue as { number: number }).number);
      await delivered(receiver, (each) => each.kind === 'comment' && each.comment.pullRequest === undefined);
      await must(stage, stranger, 'POST', `${path}/pulls/1/reviews`, { event: 'COMMENT', body: '!testme' });
      const last = await notebook.comment(member, 'the last');
      await delivered(receiver, (each) => each.kind === 'comment' && each.comment.id === last);
      const about = read(receiver).filter((each) => each?.kind === 'comment' && each.comment.pullRequest !== undefined);
      expect(about).toHaveLength(1);
      expect(read(receiver)).not.toContain(undefined);
    });

    test('that is made for pushes and pull requests tells of a new head and of an end', async () => {
      const { stage, member } = cast();
      await using receiver = await openReceiver();
      await using notebook = await openNotebook(cast(), 'pushes');
      const { path, work } = notebook;
      const config = { url: receiver.url, content_type: 'json', secret: SECRET };
      const events = ['push', 'pull_request_only', 'pull_request_sync'];
      const made = await fetch(`${stage.url}/api/v1/${path}/hooks`, {
        method: 'POST',
        headers: { authorization: `token ${await stage.adminToken()}`, 'content-type': 'application/json' },
        body: JSON.stringify({ type: 'gitea', active: true, events, config }),
      });
      expect(made.status).toBe(201);
      const head = await work.push('bump', 'third');
      expect(await delivered(receiver, (each) => each.kind === 'push')).toMatchObject({
        ref: 'refs/heads/bump',
        sha: head,
      });
      expect(await delivered(receiver, (each) => each.kind === 'head-moved')).toMatchObject({
        number: 1,
        headSha: head,
      });
      await must(stage, member, 'PATCH', `${path}/pulls/1`, { state: 'closed' });
      expect(await delivered(receiver, (each) => each.kind === 'closed')).toMatchObject({ number: 1 });
      await notebook.comment(member, 'nobody asked for comments');
      await work.push('main', 'fourth');
      await delivered(receiver, (each) => each.kind === 'push' && each.ref === 'refs/heads/main');
      expect(read(receiver).filter((each) => each?.kind === 'comment')).toEqual([]);
      expect(read(receiver)).not.toContain(undefined);
    });
  });
}
