import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { discoverTests } from '../../src/custom/discover.ts';
import type { Service } from '../../src/recipe/compose/types.ts';
import { judgeApproval } from '../../src/run/plan/approval.ts';
import type { RunRequest } from '../../src/run/types.ts';
import { commitFiles, git, makeScratch } from '../recipe/recipe-repository.ts';

const NOTHING_ELSE = { networks: {}, volumes: {}, secrets: {}, configs: {} };

/** A repository whose head changes its tests, and one commit after it that does not. */
async function makeScene(dir: string) {
  await git(dir, 'init', '--quiet');
  const merged = await commitFiles(dir, { 'compose.yml': 'one', 'tests/a.test.ts': '1' });
  const head = await commitFiles(dir, { 'tests/a.test.ts': '2' });
  const judge = async (
    commit: string,
    approval: RunRequest['approval'],
    more: {
      readonly allow?: readonly string[];
      readonly tiers?: RunRequest['tiers'];
      readonly service?: Service;
    } = {},
  ) =>
    (
      await judgeApproval({
        apps: [
          {
            stack: { version: '3.8', services: { app: more.service ?? {} }, ...NOTHING_ELSE },
            composeFiles: [],
            choice: { stackName: 'x', domain: 'x.ci.test' },
            recipe: { dir },
          },
        ],
        proxyNetwork: 'proxy',
        foreignProxy: false,
        tests: await discoverTests(dir),
        repository: { gitDir: join(dir, '.git') },
        commit,
        dirty: false,
        allow: more.allow ?? [],
        request: { approval, tiers: more.tiers ?? ['functional'] },
      })
    ).map(({ id }) => id);
  return { merged, head, judge };
}

describe('tests that a commit carries', () => {
  test('end the run before it begins, until that very commit is approved', async () => {
    await using scratch = await makeScratch();
    const { merged, head, judge } = await makeScene(scratch.dir);
    await expect(judge(head, { approved: undefined, trusted: merged })).rejects.toMatchObject({
      code: 'E_NEEDS_APPROVAL',
      commit: head,
      findings: [{ id: 'tests' }],
    });
    await expect(judge(head, { approved: merged, trusted: merged })).rejects.toMatchObject({ commit: head });
    expect(await judge(head, { approved: head, trusted: merged })).toEqual(['tests']);
  });

  test('run unasked where they are the ones of the default branch, or are allowed, or are not run', async () => {
    await using scratch = await makeScratch();
    const { merged, head, judge } = await makeScene(scratch.dir);
    const same = await commitFiles(scratch.dir, { 'compose.yml': 'two' });
    const strict = { approved: undefined, trusted: head };
    expect(await judge(same, strict)).toEqual([]);
    expect(await judge(merged, strict, { allow: ['tests'] })).toEqual([]);
    expect(await judge(merged, strict, { tiers: ['install'] })).toEqual([]);
    await expect(judge(same, { approved: undefined, trusted: 'gone' })).rejects.toMatchObject({ commit: same });
  });

  test('are shown with whatever else is asked for, since the approval is of them, too', async () => {
    await using scratch = await makeScratch();
    const { merged, head, judge } = await makeScene(scratch.dir);
    const rule = { approved: undefined, trusted: merged };
    const install = { tiers: ['install'] } as const;
    expect(await judge(head, rule, install)).toEqual([]);
    await expect(judge(head, rule, { ...install, service: { privileged: true } })).rejects.toMatchObject({
      findings: [{ id: 'services.app.privileged=true' }, { id: 'tests' }],
    });
  });

  test('are only told of where nobody asks for approvals', async () => {
    await using scratch = await makeScratch();
    const { head, judge } = await makeScene(scratch.dir);
    expect(await judge(head, undefined)).toEqual(['tests']);
  });
});
