import { assert, tcp, test } from 'cc-ci/kit';

/** Sends one line to the relay and returns the first line that comes back. */
async function ask(line) {
  const socket = await tcp(7835);
  try {
    socket.write(`${line}\n`);
    for await (const chunk of socket) return String(chunk).split('\n')[0];
  } finally {
    socket.destroy();
  }
}

test('it answers a ping', async () => {
  assert.equal(await ask('PING'), 'PONG');
});

test('what was said is in the history', async () => {
  assert.equal(await ask('SAY hello'), 'OK');
  assert.equal(await ask('HISTORY'), 'hello');
});

test('an unknown command is refused', async () => {
  assert.match(await ask('SHOUT'), /^ERROR/);
});
