import { appendFileSync, readFileSync } from 'node:fs';
import { escapeHtml, html, json, readBody, serve } from './lib/http.mjs';
import { retry, setting } from './lib/settings.mjs';

/**
 * A guest book in which only people may write who are known to a server of identities. It does not start before that
 * server knows it. Version 1.1 adds `/count`.
 */

const version = setting('APP_VERSION', '1.0.0');
const login = setting('LOGIN_URL', '');
const client = setting('CLIENT_ID', '');
const authorization = `Basic ${Buffer.from(`${client}:${setting('CLIENT_SECRET', '')}`).toString('base64')}`;
const file = '/var/lib/guestbook/entries.log';

async function ask(path, init = {}) {
  return fetch(`${login}${path}`, { ...init, headers: { authorization }, signal: AbortSignal.timeout(5000) });
}

/** Who shows this request's token; refuses whoever shows none that is known. */
async function person(request) {
  const [, token] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? [];
  const answer = token && (await ask('/whose', { method: 'POST', body: JSON.stringify({ token }) }));
  if (!answer || !answer.ok) throw Object.assign(new Error('log in first'), { status: 401 });
  return (await answer.json()).name;
}

function entries() {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

const refused = (error) => error.refused === true;
await retry(
  20,
  async () => {
    const answer = await ask('/client');
    if (answer.ok) return;
    throw Object.assign(new Error(`${login} does not know the client ${client} (${answer.status})`), { refused: true });
  },
  refused,
);

serve(8080, {
  'GET /': () => {
    const lines = entries().map(({ name, text }) => `<li><b>${escapeHtml(name)}</b>: ${escapeHtml(text)}</li>`);
    return html('Guest book', `<h1>Guest book</h1><ul>${lines.join('')}</ul>`);
  },
  'GET /healthz': () => json({ ok: true }),
  'GET /entries': () => json(entries()),
  'POST /entries': async (request) => {
    const entry = { name: await person(request), text: String(await readBody(request)) };
    appendFileSync(file, `${JSON.stringify(entry)}\n`);
    return json(entry, 201);
  },
  ...(version === '1.0.0' ? {} : { 'GET /count': () => json({ count: entries().length }) }),
});
