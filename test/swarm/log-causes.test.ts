import { describe, expect, test } from 'vitest';
import { CONNECTION_LINES } from '../../src/swarm/causes/lines/connection-lines.ts';
import { matchLines } from '../../src/swarm/causes/lines/log-line.ts';
import { MIGRATION_LINES } from '../../src/swarm/causes/lines/migration-lines.ts';
import { NAME_LINES } from '../../src/swarm/causes/lines/name-lines.ts';
import { detectCauses } from '../../src/swarm/causes/registry.ts';
import type { ObservedService } from '../../src/swarm/observation.ts';
import { container, exit, observation, START, service, task } from './support.ts';

/** Words of programs as they stand in logs: program, line, host, port. */
const REFUSED: readonly (readonly [string, string, string | undefined, number | undefined])[] = [
  ['Node.js', 'Error: connect ECONNREFUSED 10.0.3.5:5432', '10.0.3.5', 5432],
  ['Node.js', '[ioredis] Unhandled error event: Error: connect ECONNREFUSED redis:6379', 'redis', 6379],
  ['Go', 'failed to ping: dial tcp 10.0.1.3:3306: connect: connection refused', '10.0.1.3', 3306],
  ['Go', 'dial tcp db:5432: connect: connection refused', 'db', 5432],
  ['libpq', 'psql: error: connection to server at "db" (10.0.0.2), port 5432 failed: Connection refused', 'db', 5432],
  [
    'libpq before 14',
    'Is the server running on host "db" (10.0.0.2) and accepting TCP/IP connections on port 5432?',
    'db',
    undefined,
  ],
  ['PostgreSQL', 'psql: FATAL:  the database system is starting up', undefined, undefined],
  ['pg_isready', 'db:5432 - no response', 'db', 5432],
  ['MySQL and MariaDB clients', "ERROR 2002 (HY000): Can't connect to MySQL server on 'db' (115)", 'db', undefined],
  ['MySQL and MariaDB clients', "ERROR 2003 (HY000): Can't connect to MySQL server on 'db:3306' (111)", 'db', 3306],
  ['PHP PDO for MySQL', 'SQLSTATE[HY000] [2002] Connection refused', undefined, undefined],
  [
    'redis-py',
    'redis.exceptions.ConnectionError: Error 111 connecting to redis:6379. Connection refused.',
    'redis',
    6379,
  ],
  ['redis-cli', 'Could not connect to Redis at redis:6379: Connection refused', 'redis', 6379],
  ['PostgreSQL JDBC', 'PSQLException: Connection to db:5432 refused. Check that the hostname', 'db', 5432],
  [
    'Postgrex and MyXQL',
    '(DBConnection.ConnectionError) tcp connect (db:5432): connection refused - :econnrefused',
    'db',
    5432,
  ],
  ['Prisma', "Error: P1001: Can't reach database server at `db`:`5432`", 'db', 5432],
  ['Prisma', "Can't reach database server at `db:5432`", 'db', 5432],
  ['curl', 'curl: (7) Failed to connect to search port 9200 after 2 ms: Connection refused', 'search', 9200],
  ['wget', "wget: can't connect to remote host (10.0.1.4): Connection refused", '10.0.1.4', undefined],
];

test.each(REFUSED)('%s refused: %s', (program, line, host, port) => {
  expect(matchLines([line], CONNECTION_LINES)).toMatchObject([{ program, host, port }]);
});

const UNKNOWN: readonly (readonly [string, string, string])[] = [
  ['Node.js', 'Error: getaddrinfo ENOTFOUND database', 'database'],
  ['Node.js', 'Error: getaddrinfo EAI_AGAIN db', 'db'],
  ['Go', 'dial tcp: lookup db on 127.0.0.11:53: no such host', 'db'],
  ['Go', 'dial tcp: lookup api.example.org on 127.0.0.11:53: server misbehaving', 'api.example.org'],
  ['libpq', 'could not translate host name "db" to address: Name or service not known', 'db'],
  ['MySQL and MariaDB clients', "ERROR 2005 (HY000): Unknown MySQL server host 'db' (-2)", 'db'],
  ['nginx', 'nginx: [emerg] host not found in upstream "app:3000" in /etc/nginx/conf.d/default.conf:3', 'app'],
  ['nginx', '*1 app could not be resolved (3: Host not found), client: 10.0.0.2', 'app'],
  ['curl', 'curl: (6) Could not resolve host: search', 'search'],
  ['GNU wget', 'wget: unable to resolve host address ‘search’', 'search'],
  ['BusyBox', "wget: bad address 'search:9200'", 'search'],
  ['PHP', 'PDO::__construct(): php_network_getaddresses: getaddrinfo for db failed: Name or service not known', 'db'],
  ['Java', 'java.net.UnknownHostException: db: Name or service not known', 'db'],
  [
    'redis-py',
    'redis.exceptions.ConnectionError: Error -2 connecting to redis:6379. Name or service not known.',
    'redis',
  ],
  ['redis-cli', 'Could not connect to Redis at redis:6379: Name or service not known', 'redis'],
  ['urllib3', "Failed to resolve 'db' ([Errno -3] Temporary failure in name resolution)", 'db'],
  ['Postgrex and MyXQL', 'tcp connect (db:5432): non-existing domain - :nxdomain', 'db'],
  ['Ruby', 'Failed to open TCP connection to search:9200 (getaddrinfo: Name or service not known)', 'search'],
];

test.each(UNKNOWN)('%s does not know: %s', (program, line, host) => {
  expect(matchLines([line], NAME_LINES)).toMatchObject([{ program, host }]);
});

const MIGRATIONS: readonly (readonly [string, string, string | undefined])[] = [
  ['Django', 'django.db.migrations.exceptions.InconsistentMigrationHistory: x', 'InconsistentMigrationHistory'],
  ['Django', '  Applying auth.0002_alter...Traceback (most recent call last):', 'auth.0002_alter'],
  ['Rails', 'StandardError: An error has occurred, this and all later migrations canceled:', undefined],
  ['Alembic', "ERROR [alembic.util.messaging] Can't locate revision identified by 'ae10'", 'ae10'],
  ['Flyway', 'Migration V2__add_table.sql failed', 'V2__add_table.sql'],
  ['Liquibase', 'Migration failed for change set db/changelog.xml::1::me:', 'db/changelog.xml::1::me:'],
  ['Prisma', 'Error: P3009', 'P3009'],
  ['Knex', 'migration file "2020_x.js" failed', '2020_x.js'],
  ['TypeORM', 'Migration "AddUser1590" failed, error: relation "user" already exists', 'AddUser1590'],
  ['Umzug (Sequelize)', 'MigrationError: Migration 01-init.js (up) failed: Original error: x', '01-init.js'],
  ['Laravel', '  2014_10_12_000000_create_users_table ......... 5.11ms FAIL', '2014_10_12_000000_create_users_table'],
  ['goose', 'goose run: ERROR 00002_x.sql: failed to run SQL migration: x', '00002_x.sql'],
  ['golang-migrate', 'error: Dirty database version 16. Fix and force version.', '16'],
  ['Ecto', '** (Ecto.MigrationError) cannot execute', undefined],
  [
    'Doctrine',
    'Migration DoctrineMigrations\\Version1 failed during Execution. Error: "x"',
    'DoctrineMigrations\\Version1',
  ],
  ['Diesel', 'Failed to run 2020-01-01-000000_init with: relation exists', '2020-01-01-000000_init'],
  ['SQLx', 'migration 20200101 was previously applied but has been modified', '20200101'],
];

test.each(MIGRATIONS)('%s breaks off: %s', (program, line, name) => {
  expect(matchLines([line], MIGRATION_LINES)).toMatchObject([{ program, name }]);
});

test.each([
  '  Applying auth.0002_alter... OK',
  '  2014_10_12_000000_create_users_table ......... 5.11ms DONE',
  'goose: successfully migrated database to version: 2',
  'Successfully applied 2 migrations to schema "public"',
  'Listening on db:5432',
])('nothing is read into: %s', (line) => {
  expect(matchLines([line], [...CONNECTION_LINES, ...NAME_LINES, ...MIGRATION_LINES])).toEqual([]);
});

/** An app that is given one attempt and ended at 1.2 s with these words. */
function ended(line: string, more: Partial<ObservedService> = {}): ObservedService {
  const last = exit(1, 1200, { container: container({ lastLines: ['starting', line] }) });
  return service({ restartCondition: 'none', networkIds: ['n-inner'], tasks: [last], ...more });
}

function database(more: Partial<ObservedService> = {}): ObservedService {
  return service({
    service: 'db',
    serviceId: 's-db',
    image: 'postgres:17',
    hasHealthcheck: true,
    networkIds: ['n-inner'],
    tasks: [task({ id: 'd1', state: 'starting' })],
    ...more,
  });
}

const ready = (second: number) => database({ running: 1, readyAtMs: START + second * 1000, tasks: [task()] });
const said = (...services: readonly ObservedService[]) =>
  detectCauses(observation(services)).map(({ code, sentence }) => [code, sentence]);

describe('a database that was not ready', () => {
  const line = 'connection to server at "db" (10.0.0.2), port 5432 failed: Connection refused';
  const GAVE_UP = 'app: it gave up 1.2 s after the deploy began because db was not ready; ';

  test('is named with the moment at which it was', () => {
    expect(said(ended(line), ready(6.4))).toEqual([
      ['database-not-ready', `${GAVE_UP}it was ready 6.4 s after the deploy began`],
    ]);
    expect(said(ended(line), database())).toEqual([['database-not-ready', `${GAVE_UP}it is still not ready`]]);
  });

  test('is meant by its port where the line has no name, if it is the only one of its kind', () => {
    const words = 'Error: connect ECONNREFUSED 10.0.3.5:5432';
    expect(said(ended(words), ready(6.4))[0]?.[0]).toBe('database-not-ready');
    const second = { ...ready(6.4), service: 'db2', serviceId: 's-db2' };
    expect(said(ended(words), ready(6.4), second)[0]?.[0]).toBe('crash-loop');
    expect(said(ended(words.replace('5432', '9999')), ready(6.4))[0]?.[0]).toBe('crash-loop');
  });

  test('is meant by a name that was not found either, as it has none while it does not run', () => {
    expect(said(ended('Error: getaddrinfo ENOTFOUND db'), ready(6.4))[0]?.[0]).toBe('database-not-ready');
  });

  test('is not claimed of one that was ready before', () => {
    expect(said(ended(line), ready(0.9))[0]?.[0]).toBe('crash-loop');
  });

  test('is not claimed of one that runs without a health check: nobody knows when it was ready', () => {
    const running = database({ hasHealthcheck: false, tasks: [task({ atMs: START + 600 })] });
    expect(said(ended(line), running)[0]?.[0]).toBe('crash-loop');
  });

  test('explains an exit with 0 and a health check, too', () => {
    const words = container({ lastLines: [line] });
    const zero = task({
      state: 'complete',
      desiredState: 'shutdown',
      exitCode: 0,
      atMs: START + 1200,
      container: words,
    });
    expect(said(ended(line, { restartCondition: 'on-failure', tasks: [zero] }), ready(6.4))[0]?.[0]).toBe(
      'database-not-ready',
    );
    const sick = task({ state: 'starting', container: { ...words, unhealthyAtMs: START + 4000 } });
    expect(said(ended(line, { restartCondition: 'any', tasks: [sick] }), ready(6.4))[0]?.[0]).toBe(
      'database-not-ready',
    );
  });

  test('is no failure by its line alone', () => {
    const up = ended(line, { restartCondition: 'any' });
    expect(said(up, ready(6.4))).toEqual([]);
  });
});

describe('a name that cannot be resolved', () => {
  const line = (host: string) => `Error: getaddrinfo ENOTFOUND ${host}`;

  test('is held against the services of the stack', () => {
    expect(said(ended(line('database')), ready(0.9))).toEqual([
      [
        'name-not-resolvable',
        'app: it cannot resolve the name database: no other service of the stack has that name (there is db)',
      ],
    ]);
  });

  test('is held against their networks', () => {
    expect(said(ended(line('db')), { ...ready(6.4), networkIds: ['n-other'] })).toEqual([
      ['name-not-resolvable', 'app: it cannot resolve the name db: the service db shares no network with app'],
    ]);
  });

  test('is found by alias and by full name', () => {
    const named = { ...ready(6.4), networkIds: ['n-other'], aliases: ['store'] };
    for (const host of ['store', 'st_db', 'tasks.db', 'DB']) {
      expect(said(ended(line(host)), named)[0]?.[1]).toContain('the service db shares no network');
    }
  });

  test('is nobody’s in the stack when that service could be found: then only the crash is sure', () => {
    expect(said(ended(line('db')), ready(0.9))[0]?.[0]).toBe('crash-loop');
  });

  test('is the host’s fault where no name server answers for the world outside', () => {
    const faults = (words: string) => detectCauses(observation([ended(words)])).map(({ fault }) => fault);
    expect(faults('Error: getaddrinfo EAI_AGAIN api.example.org')).toEqual(['infrastructure']);
    expect(faults(line('api.example.org'))).toEqual(['recipe']);
  });
});

describe('a migration that failed', () => {
  const line = '  Applying notes.0002_title...Traceback (most recent call last):';

  test('is named with its tool and its exit code, in place of the crash', () => {
    expect(said(ended(line))).toEqual([
      ['migration-failed', 'app: a migration of Django (notes.0002_title) failed (exit code 1)'],
    ]);
  });

  test('goes after a database that could not be reached', () => {
    const words = container({ lastLines: [line, 'dial tcp db:5432: connect: connection refused'] });
    const both = ended(line, { tasks: [exit(1, 1200, { container: words })] });
    expect(said(both, ready(6.4)).map(([code]) => code)).toEqual(['database-not-ready']);
  });

  test('is not claimed of a program that ended well', () => {
    const words = container({ lastLines: [line] });
    const fine = [1200, 7200].map((atMs) => exit(0, atMs, { state: 'complete', container: words }));
    const again = ended(line, { restartCondition: 'any', tasks: fine });
    expect(said(again).map(([code]) => code)).toEqual(['crash-loop']);
  });
});
