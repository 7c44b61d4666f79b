import { assert, exec, http, test } from 'cc-ci/kit';

test('a stranger gets no token', async () => {
  const answer = await http('/token', { method: 'POST', body: JSON.stringify({ name: 'nobody', password: 'x' }) });
  assert.equal(answer.status, 401);
});

test('a person whom the administrator added gets one', async () => {
  const { stdout } = await exec('app', ['cat', '/run/secrets/admin_password']);
  const headers = { authorization: `Basic ${Buffer.from(`admin:${stdout.trim()}`).toString('base64')}` };
  const body = JSON.stringify({ name: 'ada', password: 'of a test' });
  assert.equal((await http('/people', { method: 'POST', headers, body })).status, 201);
  const answer = await http('/token', { method: 'POST', body });
  assert.equal(answer.status, 200);
});
