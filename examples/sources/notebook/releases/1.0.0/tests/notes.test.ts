import { app, assert, exec, http, page, test } from 'cc-ci/kit';

test('a note that was written is listed', async () => {
  const text = `written at ${app.domain}`;
  const answer = await http('/notes', { method: 'POST', body: new URLSearchParams({ text }), redirect: 'manual' });
  assert.equal(answer.status, 303);
  const notes = await (await http('/notes')).json();
  assert.ok(notes.some((note) => note.text === text));
});

test('a note without a text is refused', async () => {
  const answer = await http('/notes', { method: 'POST', body: new URLSearchParams({ text: ' ' }), redirect: 'manual' });
  assert.equal(answer.status, 400);
});

test('the database holds the schema of this version', async () => {
  const { schema } = await (await http('/version')).json();
  const asked = await exec('db', [
    'psql',
    '-At',
    '-U',
    'notebook',
    '-c',
    'SELECT max(number) FROM schema_version',
    'notebook',
  ]);
  assert.equal(asked.stdout.trim(), String(schema));
});

test('a browser shows the title from the config', async () => {
  const tab = await page();
  await tab.goto(app.url);
  assert.equal(await tab.title(), app.env['NOTEBOOK_TITLE']);
});
