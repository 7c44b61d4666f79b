import { describe, expect, test } from 'vitest';
import { clientOf, eventually, must, openPull, openWork } from '../support/stage.ts';
import { type Cast, openNotebook } from './people.ts';

/** Pull requests, their heads, and branches. */
export function holdPulls(cast: () => Cast): void {
  const client = () => clientOf(cast().stage, cast().botToken);

  describe('a pull request', () => {
    test('of a branch says what it is made on; its head is what was pushed last, also by force', async () => {
      await using notebook = await openNotebook(cast(), 'from-a-branch');
      const { name, work, main, bump } = notebook;
      expect(await client().pullRequest(name, 1)).toMatchObject({
        number: 1,
        state: 'open',
        title: 'Merge bump',
        headSha: bump,
        baseSha: main,
        baseRef: 'main',
        fromFork: false,
      });
      expect(await client().headOf(name, 1)).toBe(bump);
      const newer = await work.push('bump', 'third');
      await eventually(async () => (await client().headOf(name, 1)) === newer);
      const forced = await work.push('bump', 'fourth', { from: main });
      await eventually(async () => (await client().headOf(name, 1)) === forced);
      await eventually(async () => (await client().pullRequest(name, 1))?.headSha === forced);
    });

    test('of a fork has its head in the base’s repository, also when the fork is gone', async () => {
      const { stage, stranger } = cast();
      await using notebook = await openNotebook(cast(), 'from-a-fork');
      const fork = await stage.fork(stranger, notebook.name);
      await using work = await openWork(stage, stranger, fork);
      const evil = await work.push('evil', 'from outside');
      const number = await openPull(stage, stranger, notebook.name, { head: `${stranger}:evil`, base: 'main' });
      expect(await client().pullRequest(notebook.name, number)).toMatchObject({ headSha: evil, fromFork: true });
      expect(await client().headOf(notebook.name, number)).toBe(evil);
      await stage.removeRepository(fork);
      expect(await client().pullRequest(notebook.name, number)).toMatchObject({ headSha: evil, fromFork: true });
      expect(await client().headOf(notebook.name, number)).toBe(evil);
    });

    test('is closed, open again, goes into another branch, and is closed once merged; its head stays', async () => {
      const { stage, member } = cast();
      await using notebook = await openNotebook(cast(), 'one-life');
      const { name, path, work, main, bump } = notebook;
      const seen = () => client().pullRequest(name, 1);
      await must(stage, member, 'PATCH', `${path}/pulls/1`, { state: 'closed' });
      expect(await seen()).toMatchObject({ state: 'closed', headSha: bump });
      await must(stage, member, 'PATCH', `${path}/pulls/1`, { state: 'open' });
      expect(await seen()).toMatchObject({ state: 'open' });
      await work.push('stable', 'kept', { from: main });
      await eventually(() => client().branchHead(name, 'stable'));
      await must(stage, member, 'PATCH', `${path}/pulls/1`, { base: 'stable' });
      expect(await seen()).toMatchObject({ baseRef: 'stable' });
      await must(stage, member, 'PATCH', `${path}/pulls/1`, { base: 'main' });
      await eventually(async () => {
        const { status } = await stage.call(member, 'POST', `${path}/pulls/1/merge`, { Do: 'merge' });
        return status === 200 ? true : undefined;
      });
      expect(await seen()).toMatchObject({ state: 'closed', headSha: bump });
      expect(await client().headOf(name, 1)).toBe(bump);
    });

    test('that is not there is none, and so is its head', async () => {
      await using notebook = await openNotebook(cast(), 'only-one');
      expect(await client().pullRequest(notebook.name, 99)).toBeUndefined();
      expect(await client().headOf(notebook.name, 99)).toBeUndefined();
    });

    test('is found among those of its owner that changed, while it is open', async () => {
      const { stage, member, organisation } = cast();
      await using notebook = await openNotebook(cast(), 'searched');
      const { id: repositoryId } = await client().repository(notebook.name);
      await notebook.comment(member, 'Nice!');
      const here = { ...notebook.name, repositoryId, number: 1 };
      const long = '2020-01-01T00:00:00Z';
      expect(await client().pullRequestsChanged(organisation, long)).toContainEqual(here);
      expect(await client().pullRequestsChanged(organisation, '2099-01-01T00:00:00Z')).toEqual([]);
      expect(await client().pullRequestsChanged(member, long)).not.toContainEqual(here);
      await must(stage, member, 'PATCH', `${notebook.path}/pulls/1`, { state: 'closed' });
      expect(await client().pullRequestsChanged(organisation, long)).not.toContainEqual(here);
    });
  });

  describe('a branch', () => {
    test('has a head, also with a slash in its name; one that is not there has none', async () => {
      await using notebook = await openNotebook(cast(), 'branches');
      const { name, main, work } = notebook;
      expect(await client().branchHead(name, 'main')).toBe(main);
      const slashed = await work.push('release/1.x', 'released', { from: main });
      expect(await eventually(() => client().branchHead(name, 'release/1.x'))).toBe(slashed);
      expect(await client().branchHead(name, 'release/2.x')).toBeUndefined();
    });
  });
}
