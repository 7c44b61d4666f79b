import { query } from './database.mjs';

/** Each entry takes the schema one step further; its index + 1 is the schema's number. */
const STEPS = [
  'CREATE TABLE notes (id serial PRIMARY KEY, text text NOT NULL, created timestamptz NOT NULL DEFAULT now());',
  "ALTER TABLE notes ADD COLUMN topic text NOT NULL DEFAULT 'general';",
];

/** The schema that a version of this app works with. */
export function schemaOf(version) {
  return Number.parseInt(version, 10) >= 2 ? 2 : 1;
}

/** Brings the database to `wanted`, all steps in one transaction; refuses a database of a newer version. */
export async function migrate(wanted) {
  await query('CREATE TABLE IF NOT EXISTS schema_version (number integer NOT NULL);');
  const found = Number(await query('SELECT coalesce(max(number), 0) FROM schema_version;'));
  if (found > wanted)
    throw new Error(`the database has schema ${found}, this version knows ${wanted}: downgrade refused`);
  const steps = STEPS.slice(found, wanted);
  if (steps.length === 0) return;
  await query(['BEGIN;', ...steps, `INSERT INTO schema_version VALUES (${wanted});`, 'COMMIT;'].join('\n'));
  console.log(`schema ${found} -> ${wanted}`);
}
