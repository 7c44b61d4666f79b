import { connect } from 'node:net';
import { setting } from './lib/settings.mjs';

/** Sends one command to Redis and returns its one-line answer. A connection per command keeps this file short. */
export function redis(...words) {
  const request = `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
  return new Promise((resolve, reject) => {
    const socket = connect(Number(setting('REDIS_PORT', '6379')), setting('REDIS_HOST', 'redis'));
    let answer = '';
    socket.setTimeout(3000, () => socket.destroy(new Error('redis: no answer')));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('redis: connection closed')));
    socket.on('data', (chunk) => {
      answer += chunk;
      if (!answer.includes('\r\n')) return;
      const line = answer.slice(1, answer.indexOf('\r\n'));
      if (answer.startsWith('-')) reject(new Error(`redis: ${line}`));
      else resolve(line);
      socket.destroy();
    });
    socket.write(request);
  });
}
