import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { performBackup } from '../../src/backup/backup.ts';
import { checkCanaries } from '../../src/backup/canaries/canaries.ts';
import type { BackupContext } from '../../src/backup/context.ts';
import { destroyData, performRestore } from '../../src/backup/restore.ts';
import { BUSYBOX } from '../support/set-up/test-images.ts';
import { type BackupApp, deployBackupApp, testService } from './support/backup-app.ts';

const PGDATA = '/var/lib/postgresql/data';
const DUMP = `pg_dump -U app --clean --if-exists app > ${PGDATA}/backup.sql`;
const LOAD = `psql -X -q -v ON_ERROR_STOP=1 -U app -d app -f ${PGDATA}/backup.sql`;
const DATABASE_LABELS = { 'backupbot.backup.volumes.db.path': 'backup.sql', 'backupbot.restore.post-hook': LOAD };

let app: BackupApp;

beforeAll(async () => {
  const volume = (source: string, target: string) => [{ type: 'volume', source, target }];
  const healthy = (command: string) => ({ test: ['CMD-SHELL', command], interval: '500ms', retries: 600 });
  const database = {
    image: 'cc-ci-demo/postgres:15',
    environment: { POSTGRES_USER: 'app', POSTGRES_DB: 'app', POSTGRES_HOST_AUTH_METHOD: 'trust' },
    volumes: volume('db', PGDATA),
    healthcheck: healthy('pg_isready -U app'),
  };
  const cache = {
    image: 'cc-ci-demo/redis:7',
    volumes: volume('cache', '/data'),
    healthcheck: healthy('redis-cli ping'),
  };
  const web = { image: BUSYBOX, volumes: volume('files', '/data') };
  app = await deployBackupApp(
    {
      web: testService(web, { 'backupbot.backup': 'true' }),
      db: testService(database, { 'backupbot.backup.pre-hook': DUMP, ...DATABASE_LABELS }),
      cache: testService(cache),
    },
    makeSqliteDatabase,
  );
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
});

async function makeSqliteDatabase({ data }: BackupContext): Promise<void> {
  const database = new DatabaseSync(join(await data.volumePath('files'), 'app.db'));
  database.exec('CREATE TABLE notes (text TEXT)');
  database.close();
}

async function survivors(context: BackupContext): Promise<string[]> {
  const checks = await checkCanaries(context.data, context.canaries);
  return context.canaries.filter((_, index) => checks[index]?.found).map(({ where }) => where);
}

async function backupWith(hook: string) {
  return await performBackup(await app.relabel({ db: { 'backupbot.backup.pre-hook': hook, ...DATABASE_LABELS } }));
}

describe('a backup and a restore of a live app', () => {
  test('bring back what was planted in files, PostgreSQL, Redis and SQLite', async () => {
    const { context } = app;
    const all = context.canaries.map(({ where }) => where);
    expect(all).toEqual(
      [
        'db:/',
        'cache:/',
        'files:/',
        'postgres app.public.cc_ci_canary',
        'redis cache:0',
        'sqlite files:/app.db',
      ].toSorted((a, b) => all.indexOf(a) - all.indexOf(b)),
    );
    expect(await survivors(context)).toEqual(all);

    const { snapshot, hooks, attempts } = await performBackup(context);
    expect(attempts).toBe(1);
    expect(hooks.map(({ hook, exitCode }) => [hook, exitCode])).toEqual([['backup-pre', 0]]);
    expect(snapshot.dumps.map(({ kind, parses }) => [kind, parses])).toEqual([['sql', true]]);
    expect(snapshot.missingPaths).toEqual([]);
    expect(snapshot.liveCopies).toEqual([]);
    const inSnapshot = new Map(snapshot.canaries.map((check) => [check.id, check]));
    for (const canary of context.canaries) {
      const covered = canary.where !== 'db:/';
      expect(inSnapshot.get(canary.id), canary.where).toMatchObject({ expected: covered, found: covered });
    }

    const destroyed = await destroyData(context);
    expect(destroyed.emptied.toSorted()).toEqual(['cache', 'files']);
    expect(await context.data.exec('db', ['ls', PGDATA])).toMatchObject({
      stdout: expect.not.stringContaining('backup.sql'),
    });

    const restored = await performRestore(context, snapshot.id);
    expect(restored.hooks.map(({ hook, exitCode }) => [hook, exitCode])).toEqual([['restore-post', 0]]);
    const expected = context.canaries.filter(({ id }) => restored.expected.includes(id)).map(({ where }) => where);
    expect(await survivors(context)).toEqual(expected);
    expect(expected).toEqual(all.filter((where) => where !== 'db:/'));
  });

  test('show the volume that a restore forgets', async () => {
    const context = await app.relabel({});
    const { snapshot } = await performBackup(context);
    await destroyData(context);

    const forgetful = { ...context.plan, volumes: context.plan.volumes.filter(({ volume }) => volume !== 'cache') };
    await performRestore({ ...context, plan: forgetful }, snapshot.id);
    await context.data.resume('cache');
    await context.data.waitReady();

    const found = await survivors(context);
    expect(found).toContain('files:/');
    expect(found).not.toContain('cache:/');
    expect(found).not.toContain('redis cache:0');
  });
});

test('a restore tells which rows were back before their dump', async () => {
  const context = await app.relabel({ db: { 'backupbot.backup.pre-hook': DUMP, ...DATABASE_LABELS } });
  const { snapshot } = await performBackup(context);

  // Nothing was destroyed: as if something that the app starts with had brought it all back.
  const { early } = await performRestore(context, snapshot.id);

  const rows = context.canaries.filter(({ id }) => early.includes(id)).map(({ where }) => where);
  expect(rows).toEqual(['postgres app.public.cc_ci_canary']);
});

describe('a backup', () => {
  test('with an empty dump is repeated three times and stays empty', async () => {
    const { snapshot, attempts, retried } = await backupWith(`: > ${PGDATA}/backup.sql`);

    expect(attempts).toBe(3);
    expect(retried).toEqual(['db:/backup.sql: it is empty', 'db:/backup.sql: it is empty']);
    expect(snapshot.dumps).toMatchObject([{ bytes: 0, parses: false, detail: 'it is empty' }]);
  });

  test('with a whole dump that its hook did not write is repeated and does not count', async () => {
    const context = await app.relabel({ db: { 'backupbot.backup.pre-hook': 'true', ...DATABASE_LABELS } });
    await context.data.exec('db', ['sh', '-c', DUMP]);
    const { snapshot, attempts } = await performBackup(context);

    expect(attempts).toBe(3);
    expect(snapshot.dumps).toMatchObject([{ parses: false, stale: true }]);
  });

  test('with a truncated dump says that it was cut off', async () => {
    const { snapshot } = await backupWith(`pg_dump -U app app | head -c 400 > ${PGDATA}/backup.sql`);

    expect(snapshot.dumps).toMatchObject([{ parses: false, detail: expect.stringContaining('cut off') }]);
  });

  test('counts when a later attempt makes a whole dump', async () => {
    const { attempts, snapshot } = await backupWith(
      `[ -e /tmp/tried ] && ${DUMP} || { touch /tmp/tried; : > ${PGDATA}/backup.sql; }`,
    );

    expect(attempts).toBe(2);
    expect(snapshot.dumps).toMatchObject([{ parses: true }]);
  });

  test('in the custom format of pg_dump is read to its end by pg_restore', async () => {
    const whole = await backupWith(`pg_dump -U app -Fc -f ${PGDATA}/backup.sql app`);
    const cut = await backupWith(`pg_dump -U app -Fc app | head -c -40 > ${PGDATA}/backup.sql`);

    expect(whole.snapshot.dumps).toMatchObject([
      { kind: 'pg-custom', parses: true, detail: expect.stringMatching(/reads it/) },
    ]);
    expect(cut.snapshot.dumps).toMatchObject([{ kind: 'pg-custom', parses: false }]);
  });

  test('records a failing hook with its output', async () => {
    const { hooks } = await backupWith(`echo no space >&2; exit 3`);

    expect(hooks).toMatchObject([{ service: 'db', exitCode: 3, output: 'no space' }]);
  });

  test('records a hook whose script is not in the container', async () => {
    const { hooks } = await backupWith('/no/such/pg_backup.sh backup');

    expect(hooks).toMatchObject([{ exitCode: 127, output: expect.stringContaining('not found') }]);
  });

  test('names a database directory that is copied while its server runs', async () => {
    const context = await app.relabel({ db: {} });
    const { snapshot } = await performBackup(context);

    expect(snapshot.liveCopies).toEqual(['db:/']);
  });

  test('names a labelled path that does not exist', async () => {
    const context = await app.relabel({ cache: { 'backupbot.backup.volumes.cache.path': 'nowhere' } });
    const { snapshot } = await performBackup(context);

    expect(snapshot.missingPaths).toEqual(['cache:/nowhere']);
  });
});
