import { describe, expect, test } from 'vitest';
import { readBackupPlan } from '../../src/backup/labels.ts';
import { serviceOf, stackOf } from './stacks.ts';

const codes = (errors: readonly { readonly code: string }[] | undefined) => (errors ?? []).map(({ code }) => code);
const on = { 'backupbot.backup': 'true' };

describe('readBackupPlan', () => {
  test('is an intentional skip when no service is switched on', () => {
    const stack = stackOf({ app: serviceOf({ 'backupbot.backup.pre-hook': 'dump' }, 'data:/data') });

    expect(readBackupPlan(stack, 'shop')).toMatchObject({ capable: false, volumes: [], problems: [] });
  });

  test.each(['true', 'True', '1', 'yes', 'ON'])('takes "%s" for on', (value) => {
    expect(readBackupPlan(stackOf({ app: serviceOf({ 'backupbot.backup': value }) }), 's').capable).toBe(true);
  });

  test.each(['false', 'FALSE', '0', 'no', 'off', ''])('takes "%s" for off', (value) => {
    expect(readBackupPlan(stackOf({ app: serviceOf({ 'backupbot.backup': value }) }), 's').capable).toBe(false);
  });

  test('takes a word that is neither for on, and says so', () => {
    const plan = readBackupPlan(stackOf({ app: serviceOf({ 'backupbot.backup': 'maybe' }) }), 's');

    expect(plan.capable).toBe(true);
    expect(codes(plan.warnings)).toEqual(['E_BACKUP_SWITCH']);
  });

  test('takes all volumes of the stack whole, wherever the switch stands', () => {
    const stack = stackOf({ app: serviceOf(on, 'data:/data'), db: serviceOf({}, 'db:/var/lib/db') });

    expect(readBackupPlan(stack, 'shop').volumes).toEqual([
      { volume: 'data', name: 'shop_data', paths: undefined, mountedBy: [{ service: 'app', target: '/data' }] },
      { volume: 'db', name: 'shop_db', paths: undefined, mountedBy: [{ service: 'db', target: '/var/lib/db' }] },
    ]);
  });

  test('keeps the name that a volume gives itself', () => {
    const stack = stackOf({ app: serviceOf(on, 'data:/data') }, { data: { name: 'own-name' } });

    expect(readBackupPlan(stack, 'shop').volumes[0]?.name).toBe('own-name');
  });

  test.each(['backupbot.backup.volumes.cache', 'backupbot.volumes.cache'])(
    'leaves out what %s switches off',
    (label) => {
      const stack = stackOf({ app: serviceOf({ ...on, [label]: 'false' }, 'data:/data', 'cache:/cache') });
      const plan = readBackupPlan(stack, 's');

      expect(plan.volumes.map(({ volume }) => volume)).toEqual(['data']);
      expect(plan.uncovered).toEqual([{ volume: 'cache', reason: `the label ${label} switches it off` }]);
    },
  );

  test.each([
    { external: true },
    { external: { name: 'other' } },
    { driver_opts: { type: 'none', o: 'bind', device: '/srv' } },
    { driver_opts: { type: 'tmpfs', device: 'tmpfs' } },
  ])("leaves a volume that is not the stack's own alone and names it: %j", (definition) => {
    const stack = stackOf({ app: serviceOf(on, 'shared:/data') }, { shared: definition });

    expect(readBackupPlan(stack, 's')).toMatchObject({ volumes: [], uncovered: [{ volume: 'shared' }] });
  });

  test('restricts a volume to the paths of all services, and names the rest of it', () => {
    const stack = stackOf({
      app: serviceOf({ ...on, 'backupbot.backup.volumes.data.path': 'uploads, ./themes/' }, 'data:/data'),
      job: serviceOf({ 'backupbot.backup.volumes.data.path': '/reports' }, 'data:/srv'),
    });
    const plan = readBackupPlan(stack, 's');

    expect(plan.volumes[0]?.paths).toEqual(['uploads', 'themes', 'reports']);
    expect(plan.uncovered).toEqual([{ volume: 'data', reason: 'only uploads, themes, reports of it is backed up' }]);
  });

  test('takes the root as a path for the whole volume', () => {
    const stack = stackOf({ app: serviceOf({ ...on, 'backupbot.backup.volumes.data.path': '/' }, 'data:/data') });

    expect(readBackupPlan(stack, 's')).toMatchObject({ volumes: [{ paths: undefined }], uncovered: [] });
  });

  test('refuses a path that leaves its volume', () => {
    const stack = stackOf({
      app: serviceOf({ ...on, 'backupbot.backup.volumes.data.path': '../../etc' }, 'data:/data'),
    });

    expect(codes(readBackupPlan(stack, 's').problems)).toEqual(['E_BACKUP_PATH_OUTSIDE']);
  });

  test('names a path label for an unknown volume as a problem, and a switch for one as a warning', () => {
    const labels = { ...on, 'backupbot.backup.volumes.dta.path': 'x', 'backupbot.backup.volumes.cahce': 'false' };
    const plan = readBackupPlan(stackOf({ app: serviceOf(labels, 'data:/data') }), 's');

    expect(codes(plan.problems)).toEqual(['E_BACKUP_UNKNOWN_VOLUME']);
    expect(codes(plan.warnings)).toEqual(['E_BACKUP_UNKNOWN_VOLUME']);
    expect(plan.problems[0]?.where?.key).toBe('services.app.deploy.labels.backupbot.backup.volumes.dta.path');
  });

  test('collects the hooks of every service, each with its generation', () => {
    const stack = stackOf({
      app: serviceOf({ ...on, 'backupbot.backup.path': '/data' }, 'data:/data'),
      db: serviceOf({
        'backupbot.backup.pre-hook': '/pg_backup.sh backup',
        'backupbot.restore.post-hook': '/pg_backup.sh restore',
      }),
    });

    expect(readBackupPlan(stack, 's').services).toEqual([
      {
        service: 'db',
        generation: 'v2',
        backupPre: '/pg_backup.sh backup',
        backupPost: undefined,
        restorePre: undefined,
        restorePost: '/pg_backup.sh restore',
      },
    ]);
  });

  test('warns about a hook without its counterpart, in both directions', () => {
    const stack = stackOf({
      app: serviceOf({ ...on, 'backupbot.backup.pre-hook': 'dump' }),
      db: serviceOf({ 'backupbot.restore.post-hook': 'load' }),
    });

    expect(codes(readBackupPlan(stack, 's').warnings)).toEqual(['E_RESTORE_HOOK_MISSING', 'E_BACKUP_HOOK_MISSING']);
  });

  test('warns about labels that nobody reads, and about labels on the container', () => {
    const service = {
      ...serviceOf({ ...on, 'backupbot.backup.command': 'pg_dump' }),
      labels: { 'backupbot.backup': 'true' },
    };

    expect(codes(readBackupPlan(stackOf({ app: service }), 's').warnings)).toEqual([
      'E_BACKUP_LABEL_UNREAD',
      'E_BACKUP_LABEL_PLACE',
    ]);
  });
});

describe('dumps in a plan', () => {
  const hook = (command: string) => ({
    ...on,
    'backupbot.backup.pre-hook': command,
    'backupbot.restore.post-hook': 'load',
  });

  test('are found by their label and by the text of the hook, once', () => {
    const labels = {
      ...hook('pg_dump app > /var/lib/db/backup.sql'),
      'backupbot.backup.volumes.db.path': 'backup.sql',
    };
    const plan = readBackupPlan(stackOf({ db: serviceOf(labels, 'db:/var/lib/db') }), 's');

    expect(plan.dumps).toEqual([{ service: 'db', volume: 'db', path: 'backup.sql', source: 'hook' }]);
    expect(plan.problems).toEqual([]);
  });

  test('are found in a volume that is taken whole', () => {
    const stack = stackOf({
      db: serviceOf(hook('mysqldump app | gzip > /var/lib/mysql/backup.sql.gz'), 'db:/var/lib/mysql'),
    });

    expect(readBackupPlan(stack, 's').dumps).toMatchObject([{ volume: 'db', path: 'backup.sql.gz' }]);
  });

  test.each([
    ['no volume at all', serviceOf(hook('pg_dump app | gzip > /postgres.dump.gz'), 'db:/var/lib/db')],
    ['a directory of the host', serviceOf(hook('pg_dump -f /backups/x.sql'), '/srv:/backups')],
    ['a v1 path in no volume', serviceOf({ ...on, 'backupbot.backup.path': '/postgres.dump.gz' }, 'db:/var/lib/db')],
  ])('are a problem when they are written to %s', (_, service) => {
    const { problems } = readBackupPlan(stackOf({ db: service }), 's');

    expect(codes(problems)).toEqual(['E_DUMP_OUTSIDE_VOLUME']);
    expect(problems[0]).toMatchObject({ fault: 'recipe' });
  });

  test('may take a way over a temporary file', () => {
    const stack = stackOf({
      db: serviceOf(hook('pg_dump app > /tmp/x && mv /tmp/x /var/lib/db/x.sql'), 'db:/var/lib/db'),
    });

    expect(readBackupPlan(stack, 's')).toMatchObject({ problems: [], dumps: [{ path: 'x.sql' }] });
  });

  test('are a problem when the labels leave them out', () => {
    const labels = { ...hook('pg_dump app > /var/lib/db/dump.sql'), 'backupbot.backup.volumes.db.path': 'backup.sql' };

    expect(codes(readBackupPlan(stackOf({ db: serviceOf(labels, 'db:/var/lib/db') }), 's').problems)).toEqual([
      'E_DUMP_NOT_COVERED',
    ]);
  });

  test('v1 paths at or above a volume are no dumps and no problem', () => {
    const stack = stackOf({ app: serviceOf({ ...on, 'backupbot.backup.path': '/srv/data,/srv' }, 'data:/srv/data') });

    expect(readBackupPlan(stack, 's')).toMatchObject({ problems: [], dumps: [] });
  });
});
