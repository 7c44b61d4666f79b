import { expect, test } from 'vitest';
import { mustRun, runProcess } from '../../src/base/process.ts';

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
