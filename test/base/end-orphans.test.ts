import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { endOrphans } from '../../src/base/end-orphans.ts';

/** A program that looks to others like the given one. */
async function pretend(argv0: string, path: string) {
  const child = spawn('sh', ['-c', 'read -r _', 'sh', '--ro-bind', path, '/x'], {
    argv0,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await expect.poll(() => readFile(`/proc/${child.pid}/cmdline`, 'utf8')).toContain(path);
  return child;
}

test('only sandboxes that were given the directory are ended', async () => {
  const directory = `/no/such/run-${process.pid}`;
  const orphan = await pretend('bwrap', `${directory}/etc/passwd`);
  const others = await Promise.all([pretend('bwrap', `${directory}-of-another`), pretend('less', `${directory}/log`)]);
  const ended = once(orphan, 'exit');
  await endOrphans(directory);
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(others.map(({ signalCode }) => signalCode)).toEqual([null, null]);
});
