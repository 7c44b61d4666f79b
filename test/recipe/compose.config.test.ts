import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { type ProcessResult, runProcess } from '../../src/base/process.ts';
import { withFiles } from './compose/oracle.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

function config(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<ProcessResult> {
  // Without the two hyphens Node takes --env-file for its own, wherever it stands.
  const argv = [process.execPath, '--', main, 'config', ...args] as const;
  return runProcess(argv, { cleanEnv: true, env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', ...env } });
}

const files = {
  'compose.yml': 'services: {app: {image: "${IMAGE}:${TAG}", healthcheck: {start_interval: 1s}}}',
  'compose.more.yml': 'services: {app: {user: "${WHO:-nobody}"}}',
  'a.env': 'TAG=1\nIMAGE=overridden\nCOMPOSE_FILE="compose.yml:compose.more.yml"\n',
};

test('prints a directory that is not under git, with variables from files before those of the environment', async () => {
  await withFiles(files, async (root) => {
    const { exitCode, stdout } = await config([root, '--env-file', join(root, 'a.env')], { IMAGE: 'x', WHO: 'me' });
    expect(exitCode).toBe(0);
    expect(parse(stdout)).toMatchObject({ services: { app: { image: 'overridden:1', user: 'me' } } });
  });
});

test('-c decides about the files, --for-deploy about the form', async () => {
  await withFiles(files, async (root) => {
    const { stdout, stderr } = await config([root, '-c', 'compose.yml', '--for-deploy'], { IMAGE: 'x', TAG: '$' });
    expect(parse(stdout)).toStrictEqual({ version: '3.9', services: { app: { healthcheck: {}, image: 'x:$$' } } });
    expect(stderr).toContain('start_interval');
  });
});

test('ends with 1 for a bad recipe and with 2 for a command that makes no sense', async () => {
  await withFiles({ 'compose.yml': 'services: {app: {imag: x}}' }, async (root) => {
    const wrong = await config([root]);
    expect(wrong).toMatchObject({ exitCode: 1, stdout: '' });
    expect(wrong.stderr).toContain('compose.yml:1:18 (services.app.imag)');
    expect(wrong.stderr).toContain('did you mean image?');
    expect(await config([root, '--nonsense'])).toMatchObject({ exitCode: 2 });
    expect(await config([root, '--env-file', join(root, 'no.env')])).toMatchObject({ exitCode: 2 });
  });
});
