import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkCanaries, destroyCanaries, plantCanaries } from '../../src/backup/canaries/canaries.ts';
import { fileCanaries } from '../../src/backup/canaries/file.ts';
import { findDatabases, sqliteCanaries } from '../../src/backup/canaries/sqlite.ts';
import { fakeAppData } from './fake-app-data.ts';
import { serviceOf, stackOf } from './stacks.ts';

const stack = stackOf({ app: serviceOf({}, 'data:/data'), job: serviceOf({}, 'data:/srv') });
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cc-ci-canary-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const app = () => fakeAppData({ volumes: { data: root } });
const found = (checks: readonly { readonly found: boolean }[]) => checks.map((check) => check.found);

describe('file canaries', () => {
  test('are planted once in a shared volume, for the owner of its root, and found again', async () => {
    chownSync(root, 1234, 99);
    const { canaries, problems } = await plantCanaries(app(), stack, 'seed', [fileCanaries]);

    expect(problems).toEqual([]);
    expect(canaries).toMatchObject([{ kind: 'file', service: 'app', volume: 'data', where: 'data:/' }]);
    expect(readdirSync(root).map((name) => statSync(join(root, name)).uid)).toEqual([1234, 1234]);
    expect(found(await checkCanaries(app(), canaries))).toEqual([true]);
  });

  test('are lost when either half is changed or gone, and destroying does both', async () => {
    const { canaries } = await plantCanaries(app(), stack, 'seed', [fileCanaries]);
    const [a = '', b = ''] = readdirSync(root).toSorted();

    rmSync(join(root, b));
    expect(await checkCanaries(app(), canaries)).toMatchObject([
      { found: false, detail: 'data:/: half of what was planted is gone' },
    ]);
    writeFileSync(join(root, b), readFileSync(join(root, a)));
    expect(found(await checkCanaries(app(), canaries))).toEqual([true]);

    await destroyCanaries(app(), canaries);
    const [check] = await checkCanaries(app(), canaries);
    expect(check).toMatchObject({
      found: false,
      detail: 'data:/: half of what was planted reads "changed-before-restore", half of what was planted is gone',
    });
    await destroyCanaries(app(), canaries);
  });

  test('never follow a link that the app put in their place', async () => {
    const { canaries } = await plantCanaries(app(), stack, 'seed', [fileCanaries]);
    const victim = join(root, 'victim');
    const [a = ''] = readdirSync(root).filter((name) => name.endsWith('-a'));
    renameSync(join(root, a), victim);
    symlinkSync(victim, join(root, a));

    expect(found(await checkCanaries(app(), canaries))).toEqual([false]);
    await destroyCanaries(app(), canaries);
    expect(readFileSync(victim, 'utf8')).toBe(canaries[0]?.token);
  });

  test('have the same names and tokens for the same seed only', async () => {
    const plant = async (seed: string) => (await plantCanaries(app(), stack, seed, [fileCanaries])).canaries;
    const first = await plant('one');
    rmSync(root, { recursive: true });
    mkdirSync(root);

    expect(await plant('one')).toEqual(first);
    expect((await plant('two'))[0]?.token).not.toBe(first[0]?.token);
  });
});

describe('SQLite canaries', () => {
  function makeDatabase(path: string, mode: 'wal' | 'delete'): DatabaseSync {
    const database = new DatabaseSync(join(root, path));
    database.exec(`PRAGMA journal_mode = ${mode}; CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('kept')`);
    return database;
  }

  test.each(['wal', 'delete'] as const)('live beside an app that has its database open in mode %s', async (mode) => {
    using database = makeDatabase('app.db', mode);
    const { canaries, problems } = await plantCanaries(app(), stack, 'seed', [sqliteCanaries]);

    expect(problems).toEqual([]);
    expect(found(await checkCanaries(app(), canaries))).toEqual([true]);
    expect(database.prepare('SELECT count(*) AS n FROM cc_ci_canary').get()).toEqual({ n: 2 });

    await destroyCanaries(app(), canaries);
    expect(found(await checkCanaries(app(), canaries))).toEqual([false]);
    expect(database.prepare('SELECT text FROM notes').get()).toEqual({ text: 'kept' });
  });

  test('leave every file of the database to its owner', async () => {
    makeDatabase('app.db', 'wal').close();
    chownSync(join(root, 'app.db'), 1234, 99);
    await plantCanaries(app(), stack, 'seed', [sqliteCanaries]);

    const owners = readdirSync(root).map((name) => statSync(join(root, name)).uid);
    expect(new Set(owners)).toEqual(new Set([1234]));
  });

  test('report a database that they cannot write instead of passing over it', async () => {
    using database = makeDatabase('app.db', 'delete');
    database.exec('CREATE TABLE cc_ci_canary (taken TEXT)');
    const { canaries, problems } = await plantCanaries(app(), stack, 'seed', [sqliteCanaries]);

    expect(canaries).toEqual([]);
    expect(problems).toMatchObject([{ code: 'E_CANARY_PLANT', message: expect.stringContaining('already exists') }]);
  });

  test('are lost with their database, which is not made anew', async () => {
    makeDatabase('app.db', 'delete').close();
    const { canaries } = await plantCanaries(app(), stack, 'seed', [sqliteCanaries]);
    rmSync(join(root, 'app.db'));

    expect(found(await checkCanaries(app(), canaries))).toEqual([false]);
    await destroyCanaries(app(), canaries);
    expect(readdirSync(root)).toEqual([]);
  });

  test('find databases by their first bytes, not by links or names', async () => {
    mkdirSync(join(root, 'deep', 'er'), { recursive: true });
    makeDatabase('deep/er/any.name', 'delete').close();
    writeFileSync(join(root, 'fake.sqlite'), 'no database');
    symlinkSync(join(root, 'deep', 'er', 'any.name'), join(root, 'link.db'));

    expect(await findDatabases(root)).toEqual(['deep/er/any.name']);
  });
});

test('data that is found and cannot be read is a problem that names its service', async () => {
  const data = fakeAppData({
    volumes: { data: root },
    images: { app: 'docker.io/library/postgres:15@sha256:abc' },
    exec: () => ({ exitCode: 2, stderr: 'psql: error: no such role\n' }),
  });
  const { problems } = await plantCanaries(data, stack, 'seed');

  expect(problems.map(({ message }) => message)).toEqual([
    'cannot plant a postgres canary in app: app: psql: error: no such role',
  ]);
});

test.each([
  'prometheuscommunity/postgres-exporter',
  'postgrest/postgrest:v12',
  'rediscommander/redis-commander',
  'phpmyadmin:5',
])('an image named like %s is no database server', async (image) => {
  const data = fakeAppData({ volumes: { data: root }, images: { app: image, job: image } });

  expect((await plantCanaries(data, stack, 'seed')).problems).toEqual([]);
});
