import { expect, test } from 'vitest';
import { queryService } from '../../src/backup/canaries/query.ts';
import { fakeAppData } from './fake-app-data.ts';

const failing = (stderr: string) =>
  queryService(fakeAppData({ volumes: {}, exec: () => ({ exitCode: 3, stderr }) }), 'db', 'psql', []);

test.each([
  [
    'the error, not the mark that psql prints below the statement',
    'ERROR:  relation "t" does not exist\nLINE 1: SELECT FROM t\n                    ^\n',
    'db: ERROR:  relation "t" does not exist',
  ],
  ['the last line where none is an error', 'psql: connecting\nno route to host\n', 'db: no route to host'],
  ['the exit code where nothing was printed', '', 'db: the query ended with 3'],
])('a query that fails says %s', async (_, stderr, message) => {
  await expect(failing(stderr)).rejects.toMatchObject({ code: 'E_CANARY_QUERY', message });
});
