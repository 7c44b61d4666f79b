import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AppAccess } from '../../src/custom/app-access.ts';
import { BROKER_LIMITS, type Broker, openBroker } from '../../src/custom/broker.ts';
import { fakeAccess } from './fake-app.ts';

let root: string;
let broker: Broker;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'custom-broker-'));
  await start(fakeAccess);
});
afterEach(async () => {
  await broker[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

async function start(access: AppAccess): Promise<void> {
  broker = await openBroker(join(root, 'b.sock'), access, join(root, 'out'));
}

function call(method: string, path: string, body: string | Buffer): Promise<{ status: number; value: unknown }> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath: join(root, 'b.sock'), method, path }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, value: JSON.parse(text) }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
const post = (path: string, body: unknown) => call('POST', path, JSON.stringify(body));

test('runs a command in a service of the run', async () => {
  expect(await post('/exec', { service: 'app', argv: ['id', '-u'] })).toMatchObject({
    status: 200,
    value: { exitCode: 0, stdout: 'app: id -u' },
  });
});

test.each([
  ['/exec', { service: 'other', argv: ['id'] }, 403],
  ['/logs', { service: 'other' }, 403],
  ['/exec', { service: 'app', argv: [] }, 400],
  ['/exec', { service: 'app', argv: ['id'], user: 'root' }, 400],
  ['/exec', { service: 'app', argv: ['id'], timeoutMs: BROKER_LIMITS.execMs + 1 }, 400],
  ['/logs', { service: 'app', tail: BROKER_LIMITS.logLines + 1 }, 400],
  ['/containers/json', {}, 404],
])('refuses %s %j', async (path, body, status) => {
  expect(await post(path, body)).toMatchObject({ status, value: { error: expect.any(String) } });
});

test('refuses what is not JSON or too long', async () => {
  expect(await call('POST', '/exec', '{')).toMatchObject({ status: 400 });
  expect(await call('POST', '/exec', 'x'.repeat(BROKER_LIMITS.bodyBytes + 1))).toMatchObject({ status: 413 });
});

test('cuts a long answer and says so', async () => {
  await broker[Symbol.asyncDispose]();
  await start({ ...fakeAccess, logs: async () => 'x'.repeat(BROKER_LIMITS.answerBytes + 1) });

  const { value } = await post('/logs', { service: 'app' });

  expect((value as { text: string }).text).toMatch(/x\n\[cut here/);
});

test('answers what goes wrong in the app as an error', async () => {
  await broker[Symbol.asyncDispose]();
  await start({ ...fakeAccess, exec: () => Promise.reject(new Error('no container')) });

  expect(await post('/exec', { service: 'app', argv: ['id'] })).toEqual({
    status: 500,
    value: { error: 'no container' },
  });
});

test('keeps attachments by plain names only, and not without end', async () => {
  expect(await call('PUT', '/attachments/a.png', 'A')).toMatchObject({ status: 200 });
  for (const name of ['..', '.hidden', 'a%2Fb', 'a/b', '']) {
    expect(await call('PUT', `/attachments/${name}`, 'x')).toMatchObject({ status: 404 });
  }
  const big = Buffer.alloc(BROKER_LIMITS.attachmentBytes);
  for (const name of ['b', 'c', 'd'])
    expect(await call('PUT', `/attachments/${name}`, big)).toMatchObject({ status: 200 });
  expect(await call('PUT', '/attachments/e', big)).toMatchObject({ status: 413 });
  expect(broker.attachments()).toEqual(['a.png', 'b', 'c', 'd']);
  expect(await readdir(join(root, 'out'))).toEqual(['a.png', 'b', 'c', 'd']);
  expect(await readFile(join(root, 'out/a.png'), 'utf8')).toBe('A');
});
