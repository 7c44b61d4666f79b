import { app, assert, http, page, test } from 'cc-ci/kit';

test('a page that was written is shown', async () => {
  const body = new URLSearchParams({ body: `about ${app.domain}` });
  const saved = await http('/pages/about', { method: 'POST', body, redirect: 'manual' });
  assert.equal(saved.status, 303);
  assert.match(await (await http('/pages/about')).text(), new RegExp(`about ${app.domain}`));
});

test('an uploaded file comes back byte by byte', async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  assert.equal((await http('/uploads/bytes.bin', { method: 'PUT', body: bytes })).status, 201);
  assert.deepEqual(new Uint8Array(await (await http('/uploads/bytes.bin')).arrayBuffer()), bytes);
});

test('a browser shows the front page', async () => {
  const tab = await page();
  await tab.goto(app.url);
  assert.equal(await tab.title(), 'Wiki');
});
