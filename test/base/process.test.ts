import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { mustRun, runProcess } from '../../src/base/process.ts';
import { WITHIN } from '../support/within.ts';

test('success and failure are the same record', async () => {
  expect(await runProcess(['sh', '-c', 'echo out; echo err >&2; exit 3'])).toMatchObject({
    exitCode: 3,
    stdout: 'out\n',
    stderr: 'err\n',
    timedOut: false,
    cancelled: false,
    startError: undefined,
  });
});

test('a program that is not there is told from one that failed', async () => {
  const result = await runProcess(['/no/such/program']);
  expect(result.exitCode).toBeUndefined();
  expect(result.startError).toContain('ENOENT');
  await expect(mustRun(['/no/such/program'])).rejects.toMatchObject({ code: 'E_PROCESS', fault: 'infrastructure' });
});

test('a time-out and a cancellation are named as such', async () => {
  expect(await runProcess(['sleep', '60'], { timeoutMs: 50 })).toMatchObject({ exitCode: undefined, timedOut: true });
  const controller = new AbortController();
  const running = runProcess(['sleep', '60'], { signal: controller.signal });
  controller.abort();
  expect(await running).toMatchObject({ cancelled: true, timedOut: false });
});

test('a program dies with us, however we die', async () => {
  const pidFile = join(await mkdtemp(join(tmpdir(), 'process-')), 'pid');
  const processModule = join(import.meta.dirname, '../../src/base/process.ts');
  const script = `const { runProcess } = await import(${JSON.stringify(processModule)});
    await runProcess(['sh', '-c', 'echo $$ >"$1"; exec sleep 60', 'sh', ${JSON.stringify(pidFile)}]);`;
  const us = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'inherit' });
  const pid = await pidIn(pidFile);
  us.kill('SIGKILL');
  await once(us, 'exit');
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), WITHIN);
});

test('input arrives, and a clean environment holds only what was given', async () => {
  const { stdout } = await runProcess(['/bin/sh', '-c', 'cat; echo "$GIVEN:$HOME"'], {
    input: 'in ',
    cleanEnv: true,
    env: { GIVEN: 'x' },
  });
  expect(stdout).toBe('in x:\n');
});

test('a failure shows the end of what was said', async () => {
  await expect(mustRun(['sh', '-c', 'echo the reason >&2; exit 1'])).rejects.toMatchObject({
    evidence: ['the reason'],
  });
});

test.each([true, false])(
  'a descendant that outlives a cancelled program is not waited for (group: %s)',
  async (group) => {
    const controller = new AbortController();
    // The program ends at SIGTERM, its child does not and keeps the pipes open.
    const script = '(trap "" TERM; exec sleep 60) & echo $! >"$1"; exec sleep 60';
    const pidFile = join(await mkdtemp(join(tmpdir(), 'process-')), 'pid');
    const running = runProcess(['sh', '-c', script, 'sh', pidFile], { signal: controller.signal, group });
    const pid = await pidIn(pidFile);
    controller.abort();
    expect(await running).toMatchObject({ cancelled: true });
    if (!group) process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), WITHIN);
  },
);

function pidIn(file: string): Promise<number> {
  return vi.waitFor(async () => {
    const pid = Number(await readFile(file, 'utf8'));
    if (!(pid > 0)) throw new Error('not written yet');
    return pid;
  }, WITHIN);
}

/** A process that has ended and that nobody has waited for is not alive. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
