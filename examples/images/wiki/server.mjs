import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listPages, prepare, query, readPage, writePage } from './database.mjs';
import { escapeHtml, html, json, readBody, seeOther, serve } from './lib/http.mjs';
import { retry, setting } from './lib/settings.mjs';

/** Pages in MariaDB, uploaded files in a volume. Version 1.1 shows how many pages there are. */

const version = setting('APP_VERSION', '1.0.0');
const title = setting('WIKI_TITLE', 'Wiki');
const uploads = setting('UPLOADS', '/var/lib/wiki/uploads');

/** The one name after the first segment of the path, checked: it becomes a file's or a page's name. */
function nameIn(url) {
  const name = url.pathname.split('/')[2] ?? '';
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) throw Object.assign(new Error('bad name'), { status: 400 });
  return name;
}

async function showIndex() {
  const [pages, files] = await Promise.all([listPages(), readdir(uploads)]);
  const shown = files.filter((file) => !file.startsWith('.') && file !== 'lost+found');
  const link = (folder, name) => `<li><a href="/${folder}/${escapeHtml(name)}">${escapeHtml(name)}</a></li>`;
  const count = version === '1.0.0' ? '' : `, ${pages.length} pages`;
  return html(
    title,
    `<h1>${escapeHtml(title)}</h1>
<h2>Pages</h2><ul>${pages.map((name) => link('pages', name)).join('')}</ul>
<h2>Files</h2><ul>${shown.map((name) => link('uploads', name)).join('')}</ul>
<footer>version ${version}${count}</footer>`,
  );
}

async function showPage(_request, url) {
  const slug = nameIn(url);
  const body = await readPage(slug);
  if (body === undefined) return { status: 404, body: 'no such page\n' };
  return html(`${slug} - ${title}`, `<h1>${escapeHtml(slug)}</h1>\n<pre>${escapeHtml(body)}</pre>`);
}

async function savePage(request, url) {
  const slug = nameIn(url);
  const form = new URLSearchParams((await readBody(request)).toString());
  await writePage(slug, form.get('body') ?? '');
  return seeOther(`/pages/${slug}`);
}

async function sendFile(_request, url) {
  try {
    return { type: 'application/octet-stream', body: await readFile(join(uploads, nameIn(url))) };
  } catch (error) {
    if (error.code === 'ENOENT') return { status: 404, body: 'no such file\n' };
    throw error;
  }
}

async function saveFile(request, url) {
  await writeFile(join(uploads, nameIn(url)), await readBody(request));
  return { status: 201, body: 'stored\n' };
}

async function health() {
  await Promise.all([query('SELECT 1 FROM pages LIMIT 1;'), readdir(uploads)]);
  return json({ status: 'ok' });
}

await retry(60, prepare, (error) => error.message.includes('Access denied'));
serve(Number(setting('PORT', '3000')), {
  'GET /': showIndex,
  'GET /pages': showPage,
  'POST /pages': savePage,
  'GET /uploads': sendFile,
  'PUT /uploads': saveFile,
  'GET /healthz': () => health().catch((error) => json({ status: error.message }, 503)),
  'GET /version': () => json({ version }),
});
