import { app, assert, exec, http, page, test } from 'cc-ci/kit';

test('a file written into the volume is served as it is', async () => {
  const text = `written by a test at ${app.domain}`;
  await exec('app', ['sh', '-c', 'printf %s "$1" > /usr/share/nginx/html/test.txt', 'sh', text]);
  const answer = await http('/test.txt');
  assert.equal(answer.status, 200);
  assert.equal(await answer.text(), text);
});

test('what is not there is a true 404', async () => {
  assert.equal((await http('/no-such-page')).status, 404);
});

test('a browser shows the front page', async () => {
  const tab = await page();
  await tab.goto(app.url);
  assert.match(await tab.title(), /nginx/i);
});
