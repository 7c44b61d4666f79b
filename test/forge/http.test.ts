import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { isTransient } from '../../src/forge/errors.ts';
import { type GiteaOptions, giteaForge } from '../../src/forge/gitea/client.ts';
import { answerWith } from './support/recorded.ts';

const NAME = { owner: 'recipes', name: 'notebook' };
const open = (url: string, more: Partial<GiteaOptions> = {}) =>
  giteaForge({ id: 'test', url, token: async () => 'secret', ...more });
const comment = (id: number) => ({
  id,
  user: { id: 1, login: 'ada' },
  body: '!testme',
  created_at: '2026-01-01T00:00:00Z',
  updated_at: `2026-01-01T00:00:${String(60 - id).padStart(2, '0')}Z`,
  html_url: 'http://forge/c',
  pull_request_url: 'http://forge/recipes/notebook/pulls/7',
});
const user = { id: 4, login: 'ccci' };

describe('a question to a forge', () => {
  test('carries the token in its header and nowhere else', async () => {
    await using server = await answerWith(() => ({ status: 200, body: user }));
    await open(server.url).whoAmI();
    expect(server.asked).toEqual([{ method: 'GET', path: '/api/v1/user', authorization: 'token secret' }]);
  });

  test('is asked again while the forge is busy or gone, and not for ever', async () => {
    await using server = await answerWith((_method, _path, count) =>
      count === 1 ? { status: 502 } : count === 2 ? undefined : { status: 200, body: user },
    );
    expect(await open(server.url).whoAmI()).toEqual(user);
    await using busy = await answerWith(() => ({ status: 503, headers: { 'retry-after': '0' } }));
    const failed = open(busy.url, { retries: 2 }).whoAmI();
    await expect(failed).rejects.toMatchObject({ failure: 'busy', status: 503, retryAfterMs: 0 });
    expect(await failed.catch(isTransient)).toBe(true);
    expect(busy.asked).toHaveLength(3);
  });

  test('that changes something is not repeated when nobody knows whether it did', async () => {
    await using server = await answerWith(() => undefined);
    await expect(open(server.url).createComment(NAME, 1, 'x')).rejects.toMatchObject({ failure: 'unreachable' });
    expect(server.asked).toHaveLength(1);
  });

  test('waits as long as the forge asks for when it limits the rate', async () => {
    await using server = await answerWith((_method, _path, count) =>
      count === 1 ? { status: 429, headers: { 'retry-after': '0' } } : { status: 201, body: comment(1) },
    );
    expect(await open(server.url).createComment(NAME, 7, 'x')).toMatchObject({ id: 1, pullRequest: 7 });
  });

  test.each([400, 401, 403, 404, 422, 429, 500, 503])(
    'that is answered %i is told without its words',
    async (status) => {
      const message = 'the-words-of-a-server, required=[read:user]';
      await using server = await answerWith(() => ({ status, body: { message } }));
      const thrown: unknown = await open(server.url, { retries: 0 })
        .whoAmI()
        .catch((error: unknown) => error);
      expect(thrown).toMatchObject({ status, message: expect.stringContaining(`the forge answered ${status}`) });
      expect(`${JSON.stringify(thrown)} ${(thrown as Error).stack}`).not.toContain('the-words-of-a-server');
    },
  );

  test('for a list gets all pages, though each holds fewer than asked for, and the oldest change first', async () => {
    await using server = await answerWith((_method, path) => {
      const page = Number(new URL(path, 'http://forge').searchParams.get('page'));
      return {
        status: 200,
        headers: { 'x-total-count': '5' },
        body: [1, 2, 3, 4, 5].slice((page - 1) * 2, page * 2).map(comment),
      };
    });
    const found = await open(server.url).commentsSince(NAME, '2026-01-01T00:00:00Z');
    expect(found.map(({ id }) => id)).toEqual([5, 4, 3, 2, 1]);
    expect(server.asked).toHaveLength(3);
  });

  test.each([
    ['says that there is another page', { link: '<http://forge/?page=2>; rel="next"' }],
    ['says that it holds more', { 'x-total-count': '1000000000' }],
  ])('for a list without end, whose forge always %s, ends, and says so', async (_case, headers) => {
    await using server = await answerWith((_method, _path, count) => ({
      status: 200,
      headers,
      body: [{ ...comment(1), id: count }],
    }));
    const notes: string[] = [];
    const forge = open(server.url, { note: (sentence) => notes.push(sentence) });
    expect((await forge.comments(NAME, 7)).length).toBeLessThanOrEqual(200);
    expect(server.asked.length).toBeLessThanOrEqual(200);
    expect(notes).toEqual([expect.stringContaining('this list has no end that anybody would read')]);
  });

  test('for a list that is cut off is answered with what is certain to be followed by nothing older', async () => {
    const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString().replace('.000', '');
    await using server = await answerWith((_method, _path, count) => ({
      status: 200,
      headers: { 'x-total-count': '1000000000' },
      // The first one was changed long after it was made, later than what is left out may have been.
      body: [{ ...comment(1), id: count, created_at: at(count), updated_at: at(count === 1 ? 100_000 : count) }],
    }));
    const found = await open(server.url).commentsSince(NAME, at(0));
    expect(found.map(({ id }) => id)).not.toContain(1);
    expect(found).toHaveLength(server.asked.length - 1);
  });

  test('for a list of more than is worth keeping ends before it is all in memory', async () => {
    const large = 'x'.repeat(8 * 1024 * 1024);
    await using server = await answerWith((_method, _path, count) => ({
      status: 200,
      headers: { 'x-total-count': '1000000000' },
      body: [{ ...comment(1), id: count, body: large }],
    }));
    expect((await open(server.url).comments(NAME, 7)).length).toBeLessThan(12);
  });

  test('that is answered without end is read no further than is worth reading', async () => {
    await using endless = await endlessServer();
    await expect(open(endless.url, { retries: 0 }).whoAmI()).rejects.toMatchObject({ failure: 'too-large' });
    expect(endless.sent()).toBeLessThan(64 * 1024 * 1024);
  });

  test.each([
    ['a page for people', '<html>', /no JSON/],
    ['another form', { id: 'four', login: 'x' }, /^GET .*: id: /],
  ])('that is answered with %s fails by name', async (_title, body, message) => {
    await using server = await answerWith(() => ({ status: 200, body }));
    await expect(open(server.url).whoAmI()).rejects.toMatchObject({
      code: 'E_FORGE_UNREADABLE',
      message: expect.stringMatching(message),
    });
  });

  test('cannot be made with a name that would ask for something else', async () => {
    await using server = await answerWith(() => ({ status: 204 }));
    const forge = open(server.url);
    for (const login of ['..', 'a/b', 'a?b', '']) {
      await expect(forge.isMember(login, 'ada')).rejects.toMatchObject({ code: 'E_FORGE_NAME' });
      expect([await forge.isMember('recipes', login), await forge.account(login)]).toEqual([false, undefined]);
    }
    await expect(forge.statuses(NAME, '22dcfa0')).rejects.toMatchObject({ code: 'E_FORGE_SHA' });
    expect(server.asked).toEqual([]);
  });

  test('of a membership that leads elsewhere is a no', async () => {
    await using server = await answerWith((_method, path) =>
      path.includes('public_members')
        ? { status: 204 }
        : { status: 303, headers: { location: '/api/v1/orgs/recipes/public_members/ada' } },
    );
    expect(await open(server.url).isMember('recipes', 'ada')).toBe(false);
  });

  test('about the statuses of a commit that has none may be answered without naming that commit', async () => {
    await using forgejo = await answerWith(() => ({
      status: 200,
      body: { state: '', sha: '', total_count: 0, statuses: null },
    }));
    expect(await open(forgejo.url).statuses(NAME, 'd'.repeat(40))).toEqual([]);
  });

  test('that breaks the forge is still its fault while what is asked about is there', async () => {
    await using server = await answerWith((_method, path) => ({
      status: path.includes('/comments') ? 500 : 200,
      body: {},
    }));
    const failed = open(server.url, { retries: 0 }).createComment(NAME, 7, 'x');
    await expect(failed).rejects.toMatchObject({ failure: 'busy', status: 500 });
  });

  test('that is never answered ends at its time-out', async () => {
    await using hanging = await hangingServer();
    await expect(open(hanging.url, { timeoutMs: 50, retries: 0 }).whoAmI()).rejects.toMatchObject({
      failure: 'unreachable',
      message: expect.stringContaining('no answer within'),
    });
  });
});

async function hangingServer(): Promise<AsyncDisposable & { url: string }> {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Sends as long as anybody reads. */
async function endlessServer(): Promise<AsyncDisposable & { url: string; sent: () => number }> {
  let sent = 0;
  const chunk = Buffer.alloc(1024 * 1024, '[');
  const server = createServer((_request, response) => {
    const write = () => {
      while (!response.destroyed) {
        sent += chunk.length;
        if (!response.write(chunk)) break;
      }
    };
    response.on('drain', write);
    write();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    sent: () => sent,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
