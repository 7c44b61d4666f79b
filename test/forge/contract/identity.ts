import { describe, expect, test } from 'vitest';
import { lookAtRights } from '../../../src/server/rights.ts';
import { BOT_SCOPES, clientOf } from '../support/stage.ts';
import { type Cast, openNotebook, watching } from './people.ts';

/** Who we are, what we may, and who is a member. */
export function holdIdentity(cast: () => Cast): void {
  const client = () => clientOf(cast().stage, cast().botToken);
  const other = async (login: string, scopes: readonly string[] = BOT_SCOPES) =>
    clientOf(cast().stage, await cast().stage.addToken(login, scopes));

  describe('who we are there', () => {
    test('is said by the token; a wrong one is refused', async () => {
      expect(await client().whoAmI()).toEqual({ id: expect.any(Number), login: cast().bot });
      await expect(clientOf(cast().stage, 'f'.repeat(40)).whoAmI()).rejects.toMatchObject({
        code: 'E_FORGE_FORBIDDEN',
        status: 401,
      });
    });

    test('is not said to a token without the scope, and the refusal names the scope', async () => {
      const narrow = await other(cast().bot, ['write:issue']);
      await expect(narrow.whoAmI()).rejects.toMatchObject({
        code: 'E_FORGE_FORBIDDEN',
        status: 403,
        message: expect.stringContaining('read:user'),
      });
    });
  });

  describe('a repository', () => {
    test('is described with what the token’s owner may do there', async () => {
      const { stage, bot, reader, stranger } = cast();
      await using notebook = await openNotebook(cast(), 'rights');
      const { name } = notebook;
      const seen = await client().repository(name);
      expect(seen).toMatchObject({ ...name, defaultBranch: 'main', permissions: { push: true, admin: false } });
      expect(seen.cloneUrl).toBe(`${stage.url}/${name.owner}/${name.name}.git`);
      expect(seen.webUrl).toBe(`${stage.url}/${name.owner}/${name.name}`);
      for (const login of [reader, stranger]) {
        expect(await (await other(login)).repository(name)).toMatchObject({
          id: seen.id,
          permissions: { pull: true, push: false, admin: false },
        });
      }
      const rightsOf = async (login: string) => {
        const forge = await other(login);
        const rights = await lookAtRights(watching(cast(), forge), await forge.repository(name));
        return { statuses: rights.statuses, membership: rights.membership, missing: rights.missing.length };
      };
      expect(await rightsOf(bot)).toEqual({ statuses: true, membership: true, missing: 0 });
      expect(await rightsOf(reader)).toEqual({ statuses: false, membership: true, missing: 1 });
      expect(await rightsOf(stranger)).toEqual({ statuses: false, membership: false, missing: 2 });
    });

    test('that is not there is a refusal of its own', async () => {
      await expect(client().repository({ owner: cast().organisation, name: 'nothing' })).rejects.toMatchObject({
        code: 'E_FORGE_NOT_FOUND',
        status: 404,
      });
    });
  });

  describe('a repository that was renamed', () => {
    test('leads from its old name to the new one, which is not followed', async () => {
      const { stage } = cast();
      await using notebook = await openNotebook(cast(), 'old-name');
      const { id } = await client().repository(notebook.name);
      const now = await stage.renameRepository(notebook.name, 'new-name');
      expect(await client().repository(now)).toMatchObject({ ...now, id });
      const asked = [
        client().repository(notebook.name),
        client().pullRequest(notebook.name, 1),
        client().commentsSince(notebook.name, '2020-01-01T00:00:00Z'),
        client().createComment(notebook.name, 1, 'x'),
      ];
      for (const { reason } of (await Promise.allSettled(asked)) as readonly { readonly reason?: unknown }[]) {
        expect(reason).toMatchObject({ code: 'E_FORGE_REJECTED', redirected: true });
      }
      expect(await client().comments(now, 1)).toEqual([]);
    });
  });

  describe('an account', () => {
    test('is known by a number, which is that of whoever writes, and an organisation by another', async () => {
      const { member, organisation } = cast();
      await using notebook = await openNotebook(cast(), 'accounts');
      const known = await client().account(member);
      expect(known).toEqual({ id: expect.any(Number), login: member });
      const id = await notebook.comment(member, 'hello');
      const written = (await client().comments(notebook.name, 1)).find((comment) => comment.id === id);
      expect(written?.author).toEqual(known);
      expect(await client().organisationId(organisation)).toEqual(expect.any(Number));
      expect(await client().account('nobody-at-all')).toBeUndefined();
      expect(await client().organisationId('no-such-organisation')).toBeUndefined();
    });
  });

  describe('a membership', () => {
    test('is a yes or a no to a member', async () => {
      const { organisation, member, reader, stranger, bot } = cast();
      const answers = [member, reader, bot, stranger, 'nobody-at-all'].map((login) =>
        client().isMember(organisation, login),
      );
      expect(await Promise.all(answers)).toEqual([true, true, true, false, false]);
      expect(await client().isMember('no-such-organisation', member)).toBe(false);
    });

    test('is a no to whoever is outside, also of a member who shows it to everybody', async () => {
      const { stage, organisation, member, stranger } = cast();
      const outside = await other(stranger);
      const asked = () => stage.call(stranger, 'GET', `orgs/${organisation}/members/${member}`);
      expect([(await asked()).status, await outside.isMember(organisation, member)]).toEqual([303, false]);
      const shown = `orgs/${organisation}/public_members/${member}`;
      expect((await stage.call(member, 'PUT', shown)).status).toBe(204);
      expect((await stage.call(stranger, 'GET', shown)).status).toBe(204);
      expect([(await asked()).status, await outside.isMember(organisation, member)]).toEqual([303, false]);
    });
  });
}
