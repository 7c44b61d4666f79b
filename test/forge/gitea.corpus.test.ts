import { describe, expect, test } from 'vitest';
import { readCommand } from '../../src/forge/command.ts';
import { giteaForge } from '../../src/forge/gitea/client.ts';
import { isSigned, readDelivery } from '../../src/forge/gitea/webhook.ts';
import type { Forge } from '../../src/forge/types.ts';
import { answerRecorded, recordedDeliveries } from './support/recorded.ts';

const NOTEBOOK = { owner: 'recipes', name: 'notebook' };
const SHA = '22dcfa045b4143d5dc9256f01616d2ffe7322fae';

/** What the client makes of one recorded answer. */
async function reading<T>(recorded: string, ask: (forge: Forge) => Promise<T>): Promise<T> {
  await using server = await answerRecorded(recorded);
  return await ask(giteaForge({ id: 'test', url: server.url, token: async () => 'secret', retries: 0 }));
}

describe('a recorded Gitea', () => {
  test('says who the token belongs to', async () => {
    expect(await reading('token owner', (forge) => forge.whoAmI())).toEqual({ id: 4, login: 'ccci' });
  });

  test('tells a pull request from a branch, from a fork, and one whose fork is gone', async () => {
    const ask = (forge: Forge) => forge.pullRequest(NOTEBOOK, 1);
    expect(await reading('get pull request', ask)).toMatchObject({
      number: 1,
      state: 'open',
      headSha: SHA,
      fromFork: false,
    });
    expect(await reading('get pull request from a fork', ask)).toMatchObject({ number: 2, fromFork: true });
    expect(await reading('pull request whose fork is gone', ask)).toMatchObject({
      state: 'closed',
      fromFork: true,
      headSha: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
    expect(await reading('unknown pull request', ask)).toBeUndefined();
  });

  test('names the newest head by its ref, where the pull request itself lags behind', async () => {
    const lagging = await reading('pull request after a push', (forge) => forge.pullRequest(NOTEBOOK, 1));
    const head = await reading('fetch head ref', (forge) => forge.headOf(NOTEBOOK, 1));
    expect(head).toMatch(/^[0-9a-f]{40}$/);
    expect(head).not.toBe(lagging?.headSha);
    expect(await reading('unknown pull request', (forge) => forge.headOf(NOTEBOOK, 999))).toBeUndefined();
  });

  test('takes only a clear yes for a membership: a redirect is a no', async () => {
    const ask = (forge: Forge) => forge.isMember('recipes', 'maintainer');
    expect(await reading('is maintainer a member? asked by site admin', ask)).toBe(true);
    expect(await reading('is outsider a member? asked by site admin', ask)).toBe(false);
    expect(await reading('is maintainer a member? asked by bot, not in the organisation', ask)).toBe(false);
  });

  test('lists comments of pull requests and of issues, and tells them apart', async () => {
    const found = await reading('all comments of the repository since a time', (forge) =>
      forge.commentsSince(NOTEBOOK, '2026-11-23T18:32:11Z'),
    );
    expect(found).toHaveLength(6);
    expect(found.filter(({ pullRequest }) => pullRequest === undefined)).toHaveLength(1);
    expect(found.map(({ updatedAt }) => updatedAt)).toEqual(found.map(({ updatedAt }) => updatedAt).toSorted());
  });

  test('says why a status is refused, and when it should be asked again', async () => {
    const set = (forge: Forge) =>
      forge.setStatus(NOTEBOOK, SHA, { state: 'pending', context: 'cc-ci/testme', description: '', targetUrl: '' });
    await expect(
      reading('status by a bot with read access, token without write:repository', set),
    ).rejects.toMatchObject({
      failure: 'forbidden',
      message: expect.stringContaining('write:repository'),
    });
    await expect(reading('status on an unknown SHA', set)).rejects.toMatchObject({ failure: 'busy', status: 500 });
    await reading('status success', set);
  });

  test('reads back the statuses of exactly the commit that was asked for', async () => {
    const other = '0'.repeat(40);
    expect(await reading('combined status', (forge) => forge.statuses(NOTEBOOK, SHA))).toContainEqual(
      expect.objectContaining({ context: 'cc-ci/testme' }),
    );
    expect(await reading('combined status', (forge) => forge.statuses(NOTEBOOK, other))).toEqual([]);
  });

  test('says when a token is wrong, and when a comment is gone', async () => {
    await expect(reading('bad token', (forge) => forge.pullRequest(NOTEBOOK, 1))).rejects.toMatchObject({
      failure: 'forbidden',
      status: 401,
    });
    expect(await reading('edit a deleted comment', (forge) => forge.editComment(NOTEBOOK, 6, 'x'))).toBe(false);
    expect(await reading('bot edits its comment', (forge) => forge.editComment(NOTEBOOK, 8, 'x'))).toBe(true);
    expect(await reading('bot comments', (forge) => forge.createComment(NOTEBOOK, 1, 'x'))).toMatchObject({
      pullRequest: 1,
    });
  });
});

describe('recorded deliveries', () => {
  const deliveries = recordedDeliveries();

  test('all verify, and none after one byte was changed', () => {
    expect(deliveries).toHaveLength(30);
    for (const { headers, body } of deliveries) {
      const bytes = Buffer.from(body);
      expect(isSigned(headers, bytes, ['old-secret', 'hook-secret'])).toBe(true);
      expect(isSigned(headers, bytes, ['old-secret', ''])).toBe(false);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      expect(isSigned(headers, bytes, ['hook-secret'])).toBe(false);
    }
  });

  test('are read as what they are: a review is no comment, an edit is no creation', () => {
    const read = deliveries.map(({ headers, body }) => readDelivery(headers, JSON.parse(body)));
    expect(read.filter((delivery) => delivery === undefined)).toEqual([]);
    const asked = read.flatMap((delivery) => {
      if (delivery?.kind !== 'comment' || delivery.action !== 'created' || delivery.pullRequest?.state !== 'open')
        return [];
      const reading = readCommand(delivery.comment.body);
      if (reading.kind !== 'command') return [];
      const { number, headSha, fromFork } = delivery.pullRequest;
      return [
        `${delivery.comment.author.login} ${reading.command.verb} ${number}${fromFork ? ' fork' : ''} ${headSha.slice(0, 7)}`,
      ];
    });
    expect(asked).toEqual([
      'maintainer test 1 22dcfa0',
      'outsider test 2 fork 0b66ba0',
      'maintainer why 1 4a9c4a7',
      'maintainer cancel 1 4a9c4a7',
    ]);
  });
});
