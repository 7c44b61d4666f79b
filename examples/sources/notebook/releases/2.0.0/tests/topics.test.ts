import { assert, http, test } from 'cc-ci/kit';

test('a note has a topic', async () => {
  const body = new URLSearchParams({ text: 'with a topic', topic: 'gardens' });
  await http('/notes', { method: 'POST', body, redirect: 'manual' });
  const notes = await (await http('/notes')).json();
  assert.equal(notes.findLast((note) => note.text === 'with a topic')?.topic, 'gardens');
});
