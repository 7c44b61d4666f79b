import { expect, test } from 'vitest';
import { hookFailed, runHook, runHooks } from '../../src/backup/hooks.ts';
import { readBackupPlan } from '../../src/backup/labels.ts';
import { fakeAppData } from './fake-app-data.ts';
import { serviceOf, stackOf } from './stacks.ts';

test('a hook runs by the shell of its container, and what it printed is kept', async () => {
  const calls: (readonly string[])[] = [];
  const data = fakeAppData({
    volumes: {},
    exec(service, argv) {
      calls.push([service, ...argv]);
      return { exitCode: 4, stdout: 'out\n', stderr: 'bad\n' };
    },
  });

  const run = await runHook(data, 'db', 'backup-pre', 'dump | gzip > /x', 1000);

  expect(calls).toEqual([['db', 'sh', '-c', 'dump | gzip > /x']]);
  expect(run).toMatchObject({ exitCode: 4, output: 'out\n\nbad', command: 'dump | gzip > /x' });
  expect(hookFailed(run)).toBe(true);
});

test('a hook that cannot be started is a failed record, not an exception', async () => {
  const run = await runHook(fakeAppData({ volumes: {} }), 'db', 'restore-post', 'load', 1000);

  expect(run).toMatchObject({ exitCode: undefined, output: 'sh: not found [E_EXEC]' });
  expect(hookFailed(run)).toBe(true);
});

test('a failed hook does not keep those of other services from running', async () => {
  const labels = { 'backupbot.backup': 'true', 'backupbot.backup.pre-hook': 'dump' };
  const stack = stackOf({ a: serviceOf(labels), b: serviceOf({}), c: serviceOf(labels) });
  const data = fakeAppData({ volumes: {}, exec: (service) => ({ exitCode: service === 'a' ? 1 : 0 }) });

  const runs = await runHooks(data, readBackupPlan(stack, 's'), 'backup-pre', 1000);

  expect(runs.map(({ service, exitCode }) => [service, exitCode])).toEqual([
    ['a', 1],
    ['c', 0],
  ]);
});
