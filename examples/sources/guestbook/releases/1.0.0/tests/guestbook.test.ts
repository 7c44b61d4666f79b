import { assert, deps, http, test } from 'cc-ci/kit';

/** Logs in at the server that the guest book depends on, as a person would. */
async function logIn(): Promise<string> {
  const { login } = deps;
  assert.ok(login !== undefined, 'the guest book is tested together with its login');
  const { person: name, personPassword: password } = login.values;
  const answer = await http(`${login.url}/token`, { method: 'POST', body: JSON.stringify({ name, password }) });
  assert.equal(answer.status, 200);
  return ((await answer.json()) as { token: string }).token;
}

const write = (token: string) =>
  http('/entries', { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: 'I was here' });

test('nobody writes who has not logged in', async () => {
  assert.equal((await write('made-up')).status, 401);
});

test('whoever logged in writes under their own name', async () => {
  const answer = await write(await logIn());
  assert.equal(answer.status, 201);
  const entries = (await (await http('/entries')).json()) as { name: string; text: string }[];
  assert.deepEqual(entries.at(-1), { name: deps['login']?.values['person'], text: 'I was here' });
});
