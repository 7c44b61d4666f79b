import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { setting } from './lib/settings.mjs';

/**
 * A relay of lines over TCP, without HTTP. `SAY text` is written to the log and sent to every other client;
 * `HISTORY` answers the log; `VERSION` and `PING` answer themselves. Version 1.1 adds `COUNT`.
 */

const version = setting('APP_VERSION', '1.0.0');
const log = setting('RELAY_LOG', '/var/lib/relay/messages.log');
const clients = new Set();

function history() {
  try {
    return readFileSync(log, 'utf8').split('\n').slice(0, -1);
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

const commands = {
  PING: () => ['PONG'],
  VERSION: () => [`relay ${version}`],
  HISTORY: () => [...history(), 'END'],
  SAY: (text, from) => {
    appendFileSync(log, `${text}\n`);
    for (const client of clients) if (client !== from) client.write(`SAID ${text}\n`);
    return ['OK'];
  },
  ...(version === '1.0.0' ? {} : { COUNT: () => [String(history().length)] }),
};

const server = createServer((socket) => {
  clients.add(socket);
  socket.on('error', () => {});
  socket.on('close', () => clients.delete(socket));
  createInterface({ input: socket }).on('line', (line) => {
    const [word, ...rest] = line.split(' ');
    const command = Object.hasOwn(commands, word) ? commands[word] : () => [`ERROR unknown command ${word}`];
    socket.write(`${command(rest.join(' '), socket).join('\n')}\n`);
  });
});

for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
mkdirSync(dirname(log), { recursive: true });
server.listen(Number(setting('PORT', '7000')), () => console.log(`relay ${version} listening`));
