import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fetchPullRequest } from '../../../src/recipe/git/mirror.ts';
import { findCommit } from '../../../src/recipe/git/repository.ts';
import { clientOf, eventually, openPull, openWork } from '../support/stage.ts';
import { type Cast, openNotebook } from './people.ts';

/** How a worker comes to the commit of a request. */
export function holdGit(cast: () => Cast): void {
  describe('the commit of a pull request', () => {
    test('is fetched with a token that may read, also of a fork and of a private repository, and without one is not', async () => {
      const { stage, reader, stranger, member } = cast();
      const directory = await mkdtemp(join(tmpdir(), 'cc-ci-git-'));
      const tokenFile = join(directory, 'token');
      try {
        await using open = await openNotebook(cast(), 'fetched');
        await using closed = await openNotebook(cast(), 'fetched-private', true);
        const fork = await stage.fork(stranger, open.name);
        await using work = await openWork(stage, stranger, fork);
        const outside = await work.push('evil', 'from outside');
        const number = await openPull(stage, stranger, open.name, { head: `${stranger}:evil`, base: 'main' });
        const fetch = ({ name: { owner, name } }: typeof open, pullRequest: number, sha: string) =>
          fetchPullRequest({
            url: `${stage.url}/${owner}/${name}.git`,
            gitDir: join(directory, `${name}.git`),
            tokenFile,
            pullRequest,
            sha,
          });
        await writeFile(tokenFile, await stage.addToken(reader, ['read:repository']));
        expect(await findCommit(await fetch(open, 1, open.bump), open.bump)).toBe(open.bump);
        expect(await findCommit(await fetch(open, number, outside), outside)).toBe(outside);
        expect(await findCommit(await fetch(closed, 1, closed.bump), closed.bump)).toBe(closed.bump);
        await expect(fetch(open, 1, 'd'.repeat(40))).rejects.toMatchObject({ code: 'E_HEAD_GONE' });

        const theirs = await stage.addToken(stranger, ['read:repository', 'read:issue']);
        await writeFile(tokenFile, theirs);
        const newer = await closed.work.push('bump', 'third');
        const seen = clientOf(stage, await stage.addToken(member, ['read:repository']));
        await eventually(async () => (await seen.headOf(closed.name, 1)) === newer);
        await expect(fetch(closed, 1, newer)).rejects.toMatchObject({ code: 'E_FETCH' });
        await expect(clientOf(stage, theirs).repository(closed.name)).rejects.toMatchObject({ status: 404 });
        await expect(clientOf(stage, theirs).commentsSince(closed.name, '2020-01-01T00:00:00Z')).rejects.toMatchObject({
          status: 404,
        });
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    });
  });
}
