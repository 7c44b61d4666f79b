import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { mustRun, runProcess } from '../../src/base/process.ts';

/** The images of the example recipes do what the recipes rely on: they come up, answer, and stop at once. */

const prefix = `cc-ci-host-${randomBytes(3).toString('hex')}`;
const names: string[] = [];

afterAll(async () => {
  if (names.length > 0) await mustRun(['docker', 'rm', '--force', '--volumes', ...names]);
});

async function start(image: string, env: readonly string[] = []): Promise<string> {
  const name = `${prefix}-${names.length}`;
  names.push(name);
  await mustRun(['docker', 'run', '--detach', '--name', name, ...env.flatMap((entry) => ['--env', entry]), image]);
  return name;
}

/** Runs a command in a container again and again until it succeeds; the test's own time-out is the bound. */
async function until(name: string, argv: readonly string[]): Promise<string> {
  for (;;) {
    const result = await runProcess(['docker', 'exec', name, ...argv]);
    if (result.exitCode === 0) return result.stdout;
    const { stdout } = await mustRun(['docker', 'inspect', '--format', '{{.State.Running}}', name]);
    if (stdout.trim() !== 'true') throw new Error((await runProcess(['docker', 'logs', name])).stderr);
  }
}

interface Case {
  readonly image: string;
  readonly env?: readonly string[];
  readonly probe: readonly string[];
  readonly answer: string;
  readonly first: string;
}

const CASES: readonly Case[] = [
  { image: 'nginx:1.22.1', probe: ['curl', '-sf', 'http://localhost/'], answer: 'nginx 1.22.1', first: 'nginx' },
  { image: 'nginx:1.24.0', probe: ['curl', '-sf', 'http://localhost/'], answer: 'nginx 1.24.0', first: 'nginx' },
  { image: 'redis:7', probe: ['redis-cli', 'ping'], answer: 'PONG', first: 'redis-server' },
  {
    image: 'postgres:15',
    env: ["POSTGRES_PASSWORD=it's", 'POSTGRES_DB=odd name'],
    probe: ['psql', '-h', '/run/postgresql', '-U', 'postgres', '-d', 'odd name', '-Atc', 'SELECT current_database()'],
    answer: 'odd name',
    first: 'postgres',
  },
  {
    image: 'mariadb:10.11',
    env: ["MARIADB_ROOT_PASSWORD=it's\\odd", 'MARIADB_DATABASE=shop', 'MYSQL_USER=keeper', 'MYSQL_PASSWORD=x'],
    probe: ['mariadb', '--user=keeper', '--password=x', '--execute=SELECT DATABASE()', 'shop'],
    answer: 'shop',
    first: 'mariadbd',
  },
  {
    image: 'relay:1.1.0',
    probe: ['bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/7000 && echo VERSION >&3 && head -1 <&3'],
    answer: 'relay 1.1.0',
    first: 'node',
  },
];

describe('the demo images', () => {
  test.each(CASES)(
    '$image comes up, and its first process ends at the first signal',
    async ({ image, env, probe, answer, first }) => {
      const name = await start(`cc-ci-demo/${image}`, env);

      expect(await until(name, probe)).toContain(answer);
      expect((await mustRun(['docker', 'exec', name, 'cat', '/proc/1/comm'])).stdout.trim()).toBe(first);
      await mustRun(['docker', 'stop', '--time', '60', name]);
      const { stdout } = await mustRun(['docker', 'inspect', '--format', '{{.State.ExitCode}}', name]);
      expect(stdout.trim()).toBe('0');
    },
  );

  test.each(['postgres:15', 'mariadb:10.11'])(
    '%s refuses a first start without a password, and says so',
    async (image) => {
      const ended = await runProcess(['docker', 'run', '--rm', `cc-ci-demo/${image}`]);

      expect(ended.exitCode).toBe(1);
      expect(ended.stderr).toContain('PASSWORD');
    },
  );
});
