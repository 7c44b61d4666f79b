import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tryLock } from '../../src/base/lock.ts';
import { formatRuns } from '../../src/cli/runs.ts';
import { splitWords } from '../../src/cli/shell.ts';
import { statePaths } from '../../src/config/paths.ts';
import { findRun } from '../../src/run/past/find-run.ts';
import { listRuns } from '../../src/run/past/list-runs.ts';
import { chooseService } from '../../src/run/past/live-app.ts';
import { readRun, resultsOf } from '../../src/run/past/read-run.ts';
import { runLockPath } from '../../src/run/run-directory.ts';
import { makeScratch, writeFiles } from '../recipe/recipe-repository.ts';
import { greenFacts, samplePlan } from './support.ts';

const IDS = ['20260101-120000-aaaaaa', '20260101-120000-bbbbbb', '20260102-120000-cccccc'] as const;
const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
const begun = { seq: 1, at: '2026-01-01T12:00:00.000Z', event: 'begin', step: 'work directory' };

/** Three runs: a closed one, one that was refused, and one that neither ended nor is finished. */
async function makeRuns(dir: string) {
  const paths = statePaths({ CC_CI_STATE: dir });
  const closed = { ...begun, seq: 2, event: 'closed', step: 'run' };
  await writeFiles(paths.runs, {
    [`${IDS[0]}/plan.json`]: JSON.stringify(samplePlan({ runId: IDS[0] })),
    [`${IDS[0]}/facts.ndjson`]: lines(greenFacts()),
    [`${IDS[0]}/journal.ndjson`]: lines([begun, closed]),
    [`${IDS[0]}/bundle/request.json`]: '{}',
    [`${IDS[1]}/journal.ndjson`]: lines([begun, closed]),
    [`${IDS[2]}/plan.json`]: JSON.stringify(samplePlan({ runId: IDS[2] })),
    [`${IDS[2]}/journal.ndjson`]: lines([begun]),
  });
  return paths;
}

describe('a run that is meant', () => {
  it('is found by its id, the beginning of it, as the last one, or by its path', async () => {
    await using scratch = await makeScratch();
    const paths = await makeRuns(scratch.dir);
    const first = join(paths.runs, IDS[0]);
    expect(await findRun(paths, IDS[0])).toBe(first);
    expect(await findRun(paths, '20260101-120000-a')).toBe(first);
    expect(await findRun(paths, 'last')).toBe(join(paths.runs, IDS[2]));
    expect(await findRun(paths, first)).toBe(first);
    expect(await findRun(paths, join(first, 'bundle'))).toBe(first);
  });

  it('has to be one and only one', async () => {
    await using scratch = await makeScratch();
    const paths = await makeRuns(scratch.dir);
    await expect(findRun(paths, '20260101')).rejects.toMatchObject({
      code: 'E_RUN',
      hint: `they are ${IDS[0]}, ${IDS[1]}`,
    });
    await expect(findRun(paths, 'nothing')).rejects.toMatchObject({ code: 'E_RUN' });
    await expect(findRun(paths, scratch.dir)).rejects.toThrow('is no run’s directory');
    await expect(findRun(statePaths({ CC_CI_STATE: join(scratch.dir, 'new') }), 'last')).rejects.toThrow('no run on');
  });

  it('is judged from its facts where nothing was published, and is refused without a plan', async () => {
    await using scratch = await makeScratch();
    const paths = await makeRuns(scratch.dir);
    const run = await readRun(join(paths.runs, IDS[0]), paths);
    expect(resultsOf(run)).toMatchObject({ verdict: 'success', level: 5 });
    await expect(readRun(join(paths.runs, IDS[1]), paths)).rejects.toMatchObject({ code: 'E_RUN' });
    await writeFiles(paths.runs, { [`${IDS[0]}/plan.json`]: '{"other": 1}' });
    await expect(readRun(join(paths.runs, IDS[0]), paths)).rejects.toMatchObject({ code: 'E_RUN' });
  });
});

describe('the list of runs', () => {
  it('tells by the lock alone whether a run goes on or died', async () => {
    await using scratch = await makeScratch();
    const paths = await makeRuns(scratch.dir);
    const states = async () => (await listRuns(paths)).map(({ state }) => state);
    expect(await states()).toStrictEqual(['died', 'closed', 'closed']);
    await using lock = await tryLock(runLockPath(paths, IDS[2]));
    expect(lock).toBeDefined();
    expect(await states()).toStrictEqual(['live', 'closed', 'closed']);
  });

  it('is printed the newest first, one line each', async () => {
    await using scratch = await makeScratch();
    const text = formatRuns(await listRuns(await makeRuns(scratch.dir)));
    expect(text.trimEnd().split('\n')).toStrictEqual([
      expect.stringMatching(/^20260102-120000-cccccc {2}2026-01-01 12:00 {2}died .* sample 1\.1\.0\+2\.0$/),
      expect.stringMatching(/^20260101-120000-bbbbbb .* was refused before it had a plan$/),
      expect.stringMatching(/^20260101-120000-aaaaaa .* closed .*sample/),
    ]);
    expect(formatRuns([])).toBe('no run yet\n');
  });
});

describe('a service that is meant', () => {
  const services = [{ name: 'app' }, { name: 'db' }];

  it('is the named one, or `app`, or the only one', () => {
    expect(chooseService(services, 'db')).toStrictEqual({ name: 'db' });
    expect(chooseService(services)).toStrictEqual({ name: 'app' });
    expect(chooseService([{ name: 'web' }])).toStrictEqual({ name: 'web' });
    expect(() => chooseService(services, 'cache')).toThrow('the run has no service cache');
    expect(() => chooseService([{ name: 'web' }, { name: 'db' }])).toThrow('say which');
  });

  it('stands before `--`, and the command after it', () => {
    expect(splitWords(['last', 'db', 'ls', '/'], ['node', 'm', 'shell', 'last', 'db', '--', 'ls', '/'])).toStrictEqual({
      which: 'last',
      service: 'db',
      command: ['ls', '/'],
    });
    expect(splitWords(['ls'], ['node', 'm', 'shell', '--', 'ls'])).toMatchObject({ which: 'last', command: ['ls'] });
    expect(() => splitWords(['last', 'db', 'ls'], [])).toThrow('ls: one word too many');
  });
});
