import { describe, expect, test } from 'vitest';
import { expectCanaries, uncoveredData } from '../../src/backup/coverage.ts';
import { readBackupPlan } from '../../src/backup/labels.ts';
import type { Canary, CanaryKind } from '../../src/backup/types.ts';
import { serviceOf, stackOf } from './stacks.ts';

const on = { 'backupbot.backup': 'true' };

function canary(
  kind: CanaryKind,
  service: string,
  volume: string | undefined,
  detail: Record<string, string> = {},
): Canary {
  return { id: `${kind}-${volume}`, kind, service, volume, where: `${kind} in ${volume}`, token: 't', detail };
}

function expectation(labels: Record<string, string>, of: Canary, hooks: Record<string, string> = {}) {
  const stack = stackOf({
    app: serviceOf({ ...on, ...labels }, 'files:/data'),
    db: serviceOf(hooks, 'db:/var/lib/db'),
  });
  return expectCanaries(readBackupPlan(stack, 's'), [of])[0];
}

describe('a canary in a file', () => {
  test('is expected where its volume is taken whole', () => {
    expect(expectation({}, canary('file', 'app', 'files'))).toMatchObject({ expected: true, by: ['files'] });
  });

  test('is not expected where the volume is switched off, restricted to paths, or not there', () => {
    const off = { 'backupbot.backup.volumes.files': 'false' };
    const paths = { 'backupbot.backup.volumes.files.path': 'uploads' };

    expect(expectation(off, canary('file', 'app', 'files'))).toMatchObject({ expected: false });
    expect(expectation(paths, canary('file', 'app', 'files'))).toMatchObject({ expected: false });
    expect(expectation({}, canary('file', 'app', 'gone'))).toMatchObject({ expected: false });
  });
});

describe('a row of a database server', () => {
  const only = { 'backupbot.backup.volumes.db.path': 'x.sql' };

  test('is expected where a hook of its service dumps it', () => {
    const hook = { 'backupbot.backup.pre-hook': 'dump > /var/lib/db/x.sql' };

    expect(expectation(only, canary('postgres', 'db', 'db'), hook)).toMatchObject({
      expected: true,
      by: ['dump'],
      liveCopy: false,
    });
  });

  test('is expected where a hook elsewhere dumps it by its host name', () => {
    const hook = { ...only, 'backupbot.backup.pre-hook': 'pg_dump -h db app > /data/x.sql' };

    expect(expectation(hook, canary('postgres', 'db', 'db'))).toMatchObject({ expected: true, by: ['dump'] });
    expect(expectation(hook, canary('postgres', 'dbx', 'db'))).toMatchObject({ expected: false });
  });

  test('is a live copy where only its files are taken', () => {
    expect(expectation({}, canary('mysql', 'db', 'db'))).toMatchObject({
      expected: true,
      by: ['files'],
      liveCopy: true,
    });
  });

  test('is named as uncovered where nothing takes it', () => {
    const stack = stackOf({ db: serviceOf({ ...on, 'backupbot.backup.volumes.db': 'false' }, 'db:/var/lib/db') });
    const canaries = [canary('postgres', 'db', 'db'), canary('postgres', 'db', undefined)];

    const { data, databases } = uncoveredData(readBackupPlan(stack, 's'), canaries);
    expect(databases).toEqual(data);
    expect(data).toEqual([
      'postgres in db: the label backupbot.backup.volumes.db switches it off',
      'postgres in undefined: it lies in no named volume, and no backup hook dumps it',
    ]);
  });
});

test('an SQLite database and a Redis directory are covered by the paths that hold them', () => {
  const paths = { 'backupbot.backup.volumes.files.path': 'db' };

  expect(expectation(paths, canary('sqlite', 'app', 'files', { path: 'db/app.db' }))).toMatchObject({ expected: true });
  expect(expectation(paths, canary('sqlite', 'app', 'files', { path: 'dbx/app.db' }))).toMatchObject({
    expected: false,
  });
  expect(expectation(paths, canary('redis', 'app', 'files', { directory: 'db' }))).toMatchObject({ expected: true });
  expect(expectation(paths, canary('redis', 'app', 'files', { directory: '' }))).toMatchObject({ expected: false });
});
