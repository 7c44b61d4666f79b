import { describe, expect, test } from 'vitest';
import { BOT_SCOPES, clientOf } from '../support/stage.ts';
import { type Cast, openNotebook } from './people.ts';

/** Commit statuses. */
export function holdStatuses(cast: () => Cast): void {
  const client = () => clientOf(cast().stage, cast().botToken);
  const status = (state: 'pending' | 'success' | 'failure' | 'error', context = 'cc-ci/testme') => ({
    state,
    context,
    description: `it is ${state}`,
    targetUrl: `https://ci.example.org/runs/${state}/`,
  });

  describe('a status', () => {
    test('replaces the one before it of the same context and commit, within the same second too', async () => {
      await using notebook = await openNotebook(cast(), 'statuses');
      const { name, main, bump } = notebook;
      expect(await client().statuses(name, bump)).toEqual([]);
      for (const state of ['pending', 'success', 'failure', 'error', 'pending', 'success'] as const) {
        await client().setStatus(name, bump, status(state));
        expect(await client().statuses(name, bump)).toMatchObject([{ context: 'cc-ci/testme', state }]);
      }
      await client().setStatus(name, bump, status('failure', 'cc-ci/testme (partial)'));
      const found = await client().statuses(name, bump);
      expect(Object.fromEntries(found.map(({ context, state }) => [context, state]))).toEqual({
        'cc-ci/testme': 'success',
        'cc-ci/testme (partial)': 'failure',
      });
      expect(found.find(({ state }) => state === 'success')?.targetUrl).toBe('https://ci.example.org/runs/success/');
      expect(await client().statuses(name, main)).toEqual([]);
    });

    test('needs the right to write; reading them does not', async () => {
      const { stage, reader } = cast();
      const limited = clientOf(stage, await stage.addToken(reader, BOT_SCOPES));
      await using notebook = await openNotebook(cast(), 'no-statuses');
      const { name, bump } = notebook;
      await expect(limited.setStatus(name, bump, status('pending'))).rejects.toMatchObject({
        code: 'E_FORGE_FORBIDDEN',
        status: 403,
      });
      await client().setStatus(name, bump, status('pending'));
      expect(await limited.statuses(name, bump)).toHaveLength(1);
    });

    test('of a commit that is not there is refused, not taken for a fault of the forge', async () => {
      await using notebook = await openNotebook(cast(), 'no-commit');
      const nowhere = 'd'.repeat(40);
      await expect(client().setStatus(notebook.name, nowhere, status('pending'))).rejects.toMatchObject({
        code: 'E_FORGE_NOT_FOUND',
      });
      await expect(
        client().setStatus(notebook.name, notebook.bump.slice(0, 10), status('pending')),
      ).rejects.toMatchObject({
        code: 'E_FORGE_SHA',
      });
    });
  });
}
