import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tryLock } from '../../src/base/lock.ts';

async function lockPath(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'lock-')), 'deeper', 'x.lock');
}

test('a lock is held once, and free again when it is let go', async () => {
  const path = await lockPath();
  {
    await using _held = await tryLock(path);
    expect(await tryLock(path)).toBeUndefined();
  }
  await using again = await tryLock(path);
  expect(again?.path).toBe(path);
});

test('whoever waits gets the lock when it is free', async () => {
  const path = await lockPath();
  const held = await tryLock(path);
  const waiting = tryLock(path, { waitMs: 20_000 });
  await held?.[Symbol.asyncDispose]();
  await using taken = await waiting;
  expect(taken).toBeDefined();
});

test('a killed process holds nothing', async () => {
  const path = await lockPath();
  const lockModule = join(import.meta.dirname, '../../src/base/lock.ts');
  const program = `const { tryLock } = await import(${JSON.stringify(lockModule)});
    const lock = await tryLock(${JSON.stringify(path)});
    console.log(lock === undefined ? 'busy' : 'held');
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  expect(said.toString()).toContain('held');
  expect(await tryLock(path)).toBeUndefined();
  child.kill('SIGKILL');
  await using taken = await tryLock(path, { waitMs: 20_000 });
  expect(taken).toBeDefined();
});

test('whoever waits for a lock whose file is removed gets that of the new file, where others look', async () => {
  const path = await lockPath();
  const held = await tryLock(path);
  const waiting = tryLock(path, { waitMs: 20_000 });
  const { ino } = await stat(path);
  // The kernel lists who waits behind an arrow.
  const waiters = new RegExp(`-> FLOCK .*:${ino} `);
  await expect.poll(() => readFile('/proc/locks', 'utf8')).toMatch(waiters);
  held?.removeFile();
  await held?.[Symbol.asyncDispose]();
  await using taken = await waiting;
  expect(taken).toBeDefined();
  expect(await tryLock(path)).toBeUndefined();
});

test('a directory that cannot be written to is said in one sentence', async () => {
  await expect(tryLock('/dev/null/x.lock')).rejects.toMatchObject({ code: 'E_LOCK', fault: 'infrastructure' });
});
