import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

/** What to do with the table of ours. */
export type SqliteAction = 'plant' | 'check' | 'destroy';

/**
 * The program that `sqlite.ts` runs apart from us, with one volume in sight: `sqlite-child ACTION FILE TOKEN`.
 * It prints the rows as `id|token`. SQLite run by root gives a journal that it makes to the owner of the database.
 */
const [action, file, token] = process.argv.slice(2);
if (action === undefined || file === undefined || token === undefined) {
  throw new Error('usage: sqlite-child ACTION FILE TOKEN');
}
// A plain path would make a new database where the app has removed its own.
const location = pathToFileURL(file);
location.searchParams.set('mode', action === 'check' ? 'ro' : 'rw');
const database = new DatabaseSync(location, { timeout: 5000 });
try {
  if (action === 'plant') {
    database.exec('BEGIN IMMEDIATE; CREATE TABLE cc_ci_canary (id TEXT PRIMARY KEY, token TEXT NOT NULL)');
    database.prepare(`INSERT INTO cc_ci_canary VALUES ('a', ?), ('b', ?)`).run(token, token);
    database.exec('COMMIT');
  } else if (action === 'destroy') {
    database.exec(
      'BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS cc_ci_canary (id TEXT PRIMARY KEY, token TEXT NOT NULL)',
    );
    database.prepare(`UPDATE cc_ci_canary SET token = ? WHERE id = 'a'`).run(token);
    database.exec(`DELETE FROM cc_ci_canary WHERE id = 'b'; COMMIT`);
  } else {
    for (const row of database.prepare('SELECT id, token FROM cc_ci_canary').all()) {
      process.stdout.write(`${String(row['id'])}|${String(row['token'])}\n`);
    }
  }
} finally {
  database.close();
}
