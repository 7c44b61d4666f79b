import { afterAll, beforeAll, expect, test } from 'vitest';
import { performBackup } from '../../src/backup/backup.ts';
import { checkCanaries } from '../../src/backup/canaries/canaries.ts';
import { destroyData, performRestore } from '../../src/backup/restore.ts';
import { type BackupApp, deployBackupApp, testService } from './support/backup-app.ts';

const DATA = '/var/lib/mysql';
const PASSWORD = '-uroot -p"$MARIADB_ROOT_PASSWORD"';
const LABELS = {
  'backupbot.backup': 'true',
  'backupbot.backup.pre-hook': `mariadb-dump ${PASSWORD} --databases wiki | gzip > ${DATA}/backup.sql.gz`,
  'backupbot.restore.post-hook': `gunzip -c ${DATA}/backup.sql.gz | mariadb ${PASSWORD}`,
};

let app: BackupApp;

beforeAll(async () => {
  const database = {
    image: 'cc-ci-demo/mariadb:10.11',
    environment: { MARIADB_ROOT_PASSWORD: 'only-for-this-test', MARIADB_DATABASE: 'wiki' },
    volumes: [{ type: 'volume', source: 'db', target: DATA }],
    healthcheck: { test: ['CMD-SHELL', `mariadb-admin ${PASSWORD} ping`], interval: '1s', retries: 300 },
  };
  app = await deployBackupApp({ db: testService(database, LABELS) });
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
});

async function found(): Promise<string[]> {
  const { data, canaries } = app.context;
  const checks = await checkCanaries(data, canaries);
  return canaries.filter((_, index) => checks[index]?.found).map(({ where }) => where);
}

test('a MariaDB whose whole volume is taken together with a dump comes back', async () => {
  expect(await found()).toEqual(['db:/', 'mysql wiki.cc_ci_canary']);

  const { snapshot, attempts } = await performBackup(app.context);
  expect(attempts).toBe(1);
  expect(snapshot.dumps).toMatchObject([{ path: 'db:/backup.sql.gz', kind: 'gzip', parses: true }]);
  expect(snapshot.liveCopies).toEqual([]);
  expect(snapshot.canaries.map(({ found: seen }) => seen)).toEqual([true, true]);

  const { checks } = await destroyData(app.context);
  expect(checks.map(({ found: seen }) => seen)).toEqual([false, false]);

  const { hooks } = await performRestore(app.context, snapshot.id);
  expect(hooks).toMatchObject([{ exitCode: 0 }]);
  expect(await found()).toEqual(['db:/', 'mysql wiki.cc_ci_canary']);
});
