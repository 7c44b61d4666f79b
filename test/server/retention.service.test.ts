import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { statePaths } from '../../src/config/paths.ts';
import { openJournal } from '../../src/run/journal.ts';
import { removeOldRuns } from '../../src/server/retention.ts';
import { openTestStore, type TestStore } from '../store/support/test-store.ts';

let bench: TestStore;
let root: string;
beforeAll(async () => {
  bench = await openTestStore();
  root = await mkdtemp(join(tmpdir(), 'cc-ci-retention-'));
});
afterAll(async () => {
  await bench[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

const DAY_MS = 86_400_000;
const NAMES = { old: 1, unfinished: 2, newest: 3, young: 4, foreign: 5 } as const;
const idOf = (name: keyof typeof NAMES) => `20261124-024400-00000${NAMES[name]}`;

test('the directories of old runs go, and what is not over, is newest, young or somebody else’s stays', async () => {
  const paths = statePaths({ CC_CI_STATE: root });
  const make = async (name: keyof typeof NAMES, isOver = true) => {
    await using journal = await openJournal(join(paths.runs, idOf(name), 'journal.ndjson'));
    await journal.begin('deploy');
    if (isOver) await journal.close();
  };
  const request = (name: keyof typeof NAMES, recipe: string, days: number) =>
    bench.store.db
      .insertInto('requests')
      .values({
        forge: 'git',
        repository_id: 1,
        pull_request: 1,
        recipe,
        sha: 'a'.repeat(40),
        options: '{}',
        asked_by: 'ada',
        comment_id: null,
        domain: 'd',
        state: 'done',
        worker_id: null,
        lease_until: null,
        run_id: idOf(name),
        verdict: 'success',
        level: 5,
        sentence: '',
        started_at: null,
        ended_at: new Date(Date.now() - days * DAY_MS),
      })
      .execute();
  await make('old');
  await request('old', 'notebook', 100);
  await make('unfinished', false);
  await request('unfinished', 'notebook', 100);
  await make('young');
  await request('young', 'notebook', 10);
  await make('newest');
  await request('newest', 'wiki', 100);
  await make('foreign');
  expect(await removeOldRuns(bench.store.db, paths, 90)).toEqual([idOf('old')]);
  expect((await readdir(paths.runs)).toSorted()).toEqual(
    (['unfinished', 'newest', 'young', 'foreign'] as const).map(idOf),
  );
  expect(await removeOldRuns(bench.store.db, paths, 90)).toEqual([]);
});
