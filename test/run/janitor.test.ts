import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tryLock } from '../../src/base/lock.ts';
import { statePaths } from '../../src/config/paths.ts';
import { cleanRuns } from '../../src/run/janitor.ts';
import { openJournal } from '../../src/run/journal.ts';
import { runLockPath } from '../../src/run/run-directory.ts';
import type { Engine } from '../../src/swarm/engine.ts';
import { runLabels } from '../../src/swarm/label.ts';
import { STACK_LABEL } from '../../src/swarm/types.ts';

const RUN = '20260101-120000-abcdef';

async function newState() {
  const paths = statePaths({ CC_CI_STATE: await mkdtemp(join(tmpdir(), 'janitor-')) });
  await mkdir(paths.locks, { recursive: true });
  return paths;
}

/** An Engine that holds one volume of a run and takes note of what is removed. */
function engineWith(labels: { readonly state?: string; readonly expires: number }) {
  const removed: string[] = [];
  const volume = {
    Name: 's_data',
    Labels: { ...runLabels({ runId: RUN, recipe: 'r', ...labels }), [STACK_LABEL]: 's' },
  };
  const none = () => Promise.resolve([]);
  const engine = {
    services: none,
    tasks: none,
    containers: none,
    networks: none,
    secrets: none,
    configs: none,
    volumes: () => Promise.resolve(removed.length === 0 ? [volume] : []),
    removeVolume: (name: string) => Promise.resolve(void removed.push(name)),
    oneAtATime: <T>(_name: string, work: () => Promise<T>) => work(),
    events: async function* () {
      // Nothing happens on its own.
    },
  };
  return { engine: engine as unknown as Engine, removed };
}

const later = () => Date.now() / 1000 + 3600;

test('a run of another state directory that holds its lock there is alive', async () => {
  const elsewhere = await newState();
  await using _held = await tryLock(runLockPath(elsewhere, RUN));
  const { engine, removed } = engineWith({ state: elsewhere.state, expires: 0 });
  expect(await cleanRuns(engine, await newState())).toMatchObject({ cleaned: [], live: [RUN] });
  expect(removed).toEqual([]);
});

test('a run of another state directory whose lock is free is dead, whatever its age', async () => {
  const elsewhere = await newState();
  const { engine, removed } = engineWith({ state: elsewhere.state, expires: later() });
  const { cleaned } = await cleanRuns(engine, await newState());
  expect(cleaned).toMatchObject([{ runId: RUN, how: 'labels', residue: [] }]);
  expect(removed).toEqual(['s_data']);
});

test('an app that was kept in another state directory is left alone', async () => {
  const elsewhere = await newState();
  {
    await using journal = await openJournal(join(elsewhere.runs, RUN, 'journal.ndjson'));
    await journal.begin('stack', { kind: 'stack', stackName: 's', runId: RUN });
    await journal.kept();
  }
  const { engine, removed } = engineWith({ state: elsewhere.state, expires: 0 });
  expect(await cleanRuns(engine, await newState())).toMatchObject({ cleaned: [], kept: [RUN] });
  expect(removed).toEqual([]);
});

test('where no lock can be asked any more, only what has expired is removed', async () => {
  const gone = await newState();
  await rm(gone.state, { recursive: true });
  const young = engineWith({ state: gone.state, expires: later() });
  expect(await cleanRuns(young.engine, await newState())).toMatchObject({ cleaned: [], live: [RUN] });
  const old = engineWith({ expires: 1 });
  expect((await cleanRuns(old.engine, await newState())).cleaned).toMatchObject([{ runId: RUN }]);
  expect([young.removed, old.removed]).toEqual([[], ['s_data']]);
});

test('files of locks that nobody holds are removed, those that are held stay', async () => {
  const paths = await newState();
  await using held = await tryLock(runLockPath(paths, RUN));
  expect(held).toBeDefined();
  await writeFile(runLockPath(paths, '20260101-120000-000000'), '');
  await writeFile(join(paths.locks, 'stack-x_ci_test.lock'), '');
  await cleanRuns(undefined, paths);
  expect(await readdir(paths.locks)).toEqual([`run-${RUN}.lock`]);
});

test('a run that was killed before its journal had a line is closed, and not looked at again', async () => {
  const paths = await newState();
  const root = join(paths.runs, RUN);
  await mkdir(root, { recursive: true });
  await writeFile(join(root, 'journal.ndjson'), '');
  expect((await cleanRuns(undefined, paths)).cleaned).toEqual([
    { runId: RUN, how: 'journal', removed: [], residue: [] },
  ]);
  expect((await cleanRuns(undefined, paths)).cleaned).toEqual([]);
  expect(await readdir(paths.locks)).toEqual([]);
});
