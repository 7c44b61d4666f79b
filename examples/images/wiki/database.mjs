import { execFile } from 'node:child_process';
import { setting } from './lib/settings.mjs';

const options = [
  '--batch',
  '--raw',
  '--skip-column-names',
  '--default-character-set=utf8mb4',
  '--connect-timeout=3',
  `--host=${setting('DATABASE_HOST', 'db')}`,
  `--port=${setting('DATABASE_PORT', '3306')}`,
  `--user=${setting('DATABASE_USER', 'wiki')}`,
  setting('DATABASE_NAME', 'wiki'),
];

/** Text as an SQL expression that cannot end a string early: hexadecimal digits, read as UTF-8. */
export function literal(text) {
  return text === '' ? "''" : `CONVERT(0x${Buffer.from(text).toString('hex')} USING utf8mb4)`;
}

/** Runs SQL through the mariadb client and returns its output; the password travels in the environment. */
export function query(sql) {
  const env = { ...process.env, MYSQL_PWD: setting('DATABASE_PASSWORD', '') };
  return new Promise((resolve, reject) => {
    const child = execFile('mariadb', options, { env, timeout: 10_000 }, (error, stdout, stderr) =>
      error ? reject(new Error(stderr.trim() || error.message)) : resolve(stdout.trim()),
    );
    child.stdin.on('error', () => {});
    child.stdin.end(`${sql}\n`);
  });
}

/** Makes the table of pages when it is not there. */
export async function prepare() {
  await query(
    'CREATE TABLE IF NOT EXISTS pages (slug VARCHAR(64) PRIMARY KEY, body MEDIUMTEXT NOT NULL) CHARACTER SET utf8mb4;',
  );
}

/** The names of all pages. */
export async function listPages() {
  return JSON.parse(await query("SELECT COALESCE(JSON_ARRAYAGG(slug ORDER BY slug), '[]') FROM pages;"));
}

/** The text of a page; undefined when there is none. */
export async function readPage(slug) {
  const found = await query(`SELECT JSON_OBJECT('body', body) FROM pages WHERE slug = ${literal(slug)};`);
  return found === '' ? undefined : JSON.parse(found).body;
}

/** Writes a page, new or not. */
export async function writePage(slug, body) {
  await query(`REPLACE INTO pages (slug, body) VALUES (${literal(slug)}, ${literal(body)});`);
}
