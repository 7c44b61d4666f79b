import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';

const KEEPER = join(import.meta.dirname, '../../tools/suite/keeper.ts');

/** A call of the tests that keeps a file, a daemon that has left it, and one that forgot all it was told; then waits. */
const CALL = `import { spawn } from 'node:child_process';
  import { writeFileSync } from 'node:fs';
  import { openKeeper } from ${JSON.stringify(KEEPER)};
  const keeper = await openKeeper();
  writeFileSync(keeper.scratch + '/file', '');
  const options = { detached: true, stdio: 'ignore' };
  const daemon = spawn('sleep', ['1000000'], { ...options, env: { PATH: process.env.PATH, TMPDIR: keeper.scratch } });
  const forgetful = spawn('sleep', ['1000000'], { ...options, env: { PATH: process.env.PATH }, cwd: keeper.scratch });
  console.log(JSON.stringify({ scratch: keeper.scratch, pids: [daemon.pid, forgetful.pid] }));
  process.stdin.on('data', () => keeper[Symbol.asyncDispose]().then(() => process.exit(0)));`;

async function beginCall() {
  const call = spawn(process.execPath, ['--input-type=module', '--eval', CALL], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(call.stdout), 'line')) as [string];
  return { call, ...(JSON.parse(line) as { readonly scratch: string; readonly pids: readonly number[] }) };
}

/** One that has ended and that nobody has asked about yet (`Z`) does not live. */
const lives = (pid: number) => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};
const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

test('a call of the tests that ends takes with it what it started and wrote', async () => {
  const { call, scratch, pids } = await beginCall();
  expect(pids.map(lives)).toEqual([true, true]);
  call.stdin.write('end\n');
  await once(call, 'exit');
  expect(pids.map(lives)).toEqual([false, false]);
  expect(await isThere(scratch)).toBe(false);
});

test('so does one that is killed', async () => {
  const { call, scratch, pids } = await beginCall();
  call.kill('SIGKILL');
  await once(call, 'exit');
  await expect.poll(() => isThere(scratch)).toBe(false);
  expect(pids.map(lives)).toEqual([false, false]);
});
