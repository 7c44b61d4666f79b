import { readFileSync } from 'node:fs';
import { query, rows } from './database.mjs';
import { escapeHtml, html, json, readBody, seeOther, serve } from './lib/http.mjs';
import { retry, setting } from './lib/settings.mjs';
import { migrate, schemaOf } from './migrations.mjs';
import { redis } from './redis.mjs';

/** Notes in PostgreSQL, a counter of page views in Redis. Version 2 gives each note a topic. */

const version = setting('APP_VERSION', '1.0.0');
const schema = schemaOf(version);
const { title = 'Notebook' } = readConfig(setting('NOTEBOOK_CONFIG', '/etc/notebook/config.json'));

function readConfig(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw new Error(`${file}: ${error.message}`, { cause: error });
  }
}

const columns = schema >= 2 ? 'id, text, created, topic' : 'id, text, created';
const listNotes = () => rows(`SELECT ${columns} FROM notes ORDER BY id`);

async function addNote(request) {
  const form = new URLSearchParams((await readBody(request)).toString());
  const text = form.get('text')?.trim() ?? '';
  if (text === '') throw Object.assign(new Error('a note needs a text'), { status: 400 });
  if (schema >= 2) {
    const topic = form.get('topic')?.trim() || 'general';
    await query("INSERT INTO notes (text, topic) VALUES (:'text', :'topic');", { text, topic });
  } else {
    await query("INSERT INTO notes (text) VALUES (:'text');", { text });
  }
  return seeOther('/');
}

async function showNotes() {
  const [notes, views] = await Promise.all([listNotes(), redis('INCR', 'notebook:views')]);
  const items = notes.map(
    (note) => `<li>${escapeHtml(note.text)}${note.topic ? ` <small>${escapeHtml(note.topic)}</small>` : ''}</li>`,
  );
  const topicField = schema >= 2 ? '<input name="topic" placeholder="topic"> ' : '';
  return html(
    title,
    `<h1>${escapeHtml(title)}</h1>
<form method="post" action="/notes"><input name="text" placeholder="a note" required> ${topicField}<button>Add</button></form>
<ul>${items.join('\n')}</ul>
<footer>version ${version}, ${notes.length} notes, ${views} views</footer>`,
  );
}

async function health() {
  await Promise.all([query('SELECT 1;'), redis('PING')]);
  return json({ status: 'ok' });
}

await retry(30, () => query('SELECT 1;'));
await migrate(schema);
serve(Number(setting('PORT', '3000')), {
  'GET /': showNotes,
  'GET /notes': async () => json(await listNotes()),
  'POST /notes': addNote,
  'GET /healthz': () => health().catch((error) => json({ status: error.message }, 503)),
  'GET /version': () => json({ version, schema }),
});
