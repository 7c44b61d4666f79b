import { execFile } from 'node:child_process';
import { setting } from './lib/settings.mjs';

const host = setting('DATABASE_HOST', 'db');
const port = setting('DATABASE_PORT', '5432');
const user = setting('DATABASE_USER', 'notebook');
const name = setting('DATABASE_NAME', 'notebook');

/**
 * Runs SQL through psql and returns its output. `variables` are inserted by psql itself, as quoted strings where the text
 * says `:'name'`; the password travels in the environment.
 */
export function query(sql, variables = {}) {
  const assignments = Object.entries(variables).map(([key, value]) => `--set=${key}=${value}`);
  const options = ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align', '--set=ON_ERROR_STOP=1', '--no-password'];
  const env = { ...process.env, PGPASSWORD: setting('DATABASE_PASSWORD', ''), PGCONNECT_TIMEOUT: '3' };
  return new Promise((resolve, reject) => {
    const child = execFile(
      'psql',
      [...options, ...assignments, '-h', host, '-p', port, '-U', user, '-d', name],
      { env, timeout: 10_000 },
      (error, stdout, stderr) => (error ? reject(new Error(stderr.trim() || error.message)) : resolve(stdout.trim())),
    );
    child.stdin.on('error', () => {});
    child.stdin.end(`${sql}\n`);
  });
}

/** The rows of a SELECT as objects. */
export async function rows(select, variables) {
  const text = await query(`SELECT coalesce(json_agg(t), '[]') FROM (${select}) t;`, variables);
  return JSON.parse(text);
}
