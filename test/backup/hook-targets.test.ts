import { expect, test } from 'vitest';
import { writtenPaths } from '../../src/backup/hook-targets.ts';

test.each([
  ['pg_dump app > /v/a.sql', ['/v/a.sql']],
  ['pg_dump app >> "/v/a b.sql"', []],
  ['pg_dump app > "/v/a.sql"', ['/v/a.sql']],
  ["mv /tmp/x '/v/a.sql'", ['/v/a.sql']],
  ["sh -c 'pg_dump app | gzip > /v/a.sql.gz'", ['/v/a.sql.gz']],
  ['pg_dump -Fc -f /v/a.dump app', ['/v/a.dump']],
  ['pg_dump --file=/v/a.dump app', ['/v/a.dump']],
  ['mysqldump -uroot --result-file=/v/a.sql app', ['/v/a.sql']],
  ['mariadb-dump app | tee /v/a.sql', ['/v/a.sql']],
  ['pg_dump app > /tmp/x && mv /tmp/x /v/a.sql', ['/tmp/x', '/v/a.sql']],
  ['sqlite3 /v/app.db ".backup /v/app.bak"', ['/v/app.bak']],
  ['tar -czf /v/a.tgz /etc', ['/v/a.tgz']],
  ['dd if=/v/x of=/v/y', ['/v/y']],
  ['echo hello >/dev/null 2>/tmp/errors', []],
  ['/pg_backup.sh backup', []],
  ['psql -f /v/a.sql app', []],
  ['pg_dump app > /v/$NAME.sql', []],
  ['pg_dump app > backup.sql', []],
])('%s writes %j', (command, paths) => {
  expect(writtenPaths(command)).toEqual(paths);
});
