import { expect, test } from 'vitest';
import { statePaths } from '../../src/config/paths.ts';
import { configPaths } from '../../src/config/server.ts';
import { gitEnvironment } from '../../src/recipe/git/run-git.ts';
import { runEnvironment } from '../../src/server/worker/run-command.ts';

/** What of a server's environment opens something, or steers a program. */
const OURS = {
  DATABASE_URL: 'postgres://ci:hunter2@db/ci',
  PGPASSWORD: 'hunter2',
  CREDENTIALS_DIRECTORY: '/run/credentials/cc-ci.service',
  CC_CI_CONFIG: '/etc/cc-ci',
  NOTIFY_SOCKET: '/run/systemd/notify',
  NODE_OPTIONS: '--require /tmp/a.js',
  NODE_PATH: '/tmp',
  LD_PRELOAD: '/tmp/a.so',
  LD_LIBRARY_PATH: '/tmp',
  GIT_CONFIG_PARAMETERS: "'core.sshCommand=/tmp/a'",
  GIT_SSH_COMMAND: '/tmp/a',
  GIT_EXTERNAL_DIFF: '/tmp/a',
  BASH_ENV: '/tmp/a',
};

const WORKER = { domainSuffix: 'ci.test', bounds: {} };

test('a run is given nothing that opens the server’s database or files, or steers its programs', () => {
  const env = runEnvironment(statePaths({}), configPaths(undefined, {}), WORKER, { ...OURS, PATH: '/usr/bin' });
  expect(Object.keys(env).filter((name) => Object.hasOwn(OURS, name))).toEqual([]);
  expect(env['PATH']).toBe('/usr/bin');
  expect(JSON.stringify(env)).not.toContain('hunter2');
});

test('nor is git', () => {
  Object.assign(process.env, OURS);
  try {
    const env = gitEnvironment({});
    const kept = Object.entries(OURS).filter(([name, value]) => env[name] === value);
    expect(kept).toEqual([]);
  } finally {
    for (const name of Object.keys(OURS)) delete process.env[name];
  }
});
