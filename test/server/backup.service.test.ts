import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mustRun } from '../../src/base/process.ts';
import { enqueue } from '../../src/queue/requests.ts';
import { backUpServer } from '../../src/server/backup/backup.ts';
import { restoreServer } from '../../src/server/backup/restore.ts';
import type { Store } from '../../src/store/store.ts';
import { type Machine, openMachine } from './support/test-server.ts';

const RUN = '20261124-024400-3f9a1c';

let old: Machine;
let fresh: Machine;
let file: string;

beforeEach(async () => {
  [old, fresh] = await Promise.all([openMachine(), openMachine()]);
  file = join(old.paths.state, 'backup.tar');
  await old.configure(
    {
      publicUrl: 'https://ci.example.org',
      forges: [{ id: 'git', url: 'http://127.0.0.1:9', tokenFile: 'forge-token', trust: { allow: ['ada'] } }],
      worker: { domainSuffix: 'ci.test' },
    },
    { 'forge-token': 'a-token' },
  );
  await old.enrol('notebook', { repository: { forge: 'git', owner: 'recipes', name: 'notebook' } });
  await mkdir(join(old.paths.runs, RUN, 'logs'), { recursive: true });
  await writeFile(join(old.paths.runs, RUN, 'results.json'), '{}');
  await writeFile(join(old.paths.runs, RUN, 'logs', 'app.log'), 'a line\n');
  await mkdir(join(old.paths.runs, '20261124-024500-000000'), { recursive: true });
  await withStore(old, async (store) => {
    await enqueue(store.db, {
      forge: 'git',
      repositoryId: 1,
      pullRequest: 7,
      recipe: 'notebook',
      sha: 'a'.repeat(40),
      options: { tiers: 'all', base: undefined },
      askedBy: 'ada',
      commentId: 1,
      domain: 'notebook-pr7.ci.test',
    });
  });
});
afterEach(async () => {
  await Promise.all([old[Symbol.asyncDispose](), fresh[Symbol.asyncDispose]()]);
});

async function withStore<T>(machine: Machine, use: (store: Store) => Promise<T>) {
  const store = await machine.openStore();
  try {
    return await use(store);
  } finally {
    await store[Symbol.asyncDispose]();
    await store.cluster?.stop();
  }
}
const mode = async (path: string) => (await stat(path)).mode & 0o777;

test('a server’s state comes back on an empty machine: requests, settings, secrets, list, runs', async () => {
  const made = await backUpServer(file, { ...old, runs: true });
  expect(await mode(file)).toBe(0o600);
  expect(made.files.map(({ path }) => path)).toEqual([
    'config/forge-token',
    'config/recipes/notebook/recipe.yaml',
    'config/server.yaml',
    'database.dump',
    `runs/${RUN}/logs/app.log`,
    `runs/${RUN}/results.json`,
  ]);
  await restoreServer(file, fresh);
  expect(await readFile(join(fresh.paths.runs, RUN, 'logs', 'app.log'), 'utf8')).toBe('a line\n');
  expect(await mode(join(fresh.config.directory, 'forge-token'))).toBe(0o600);
  await withStore(fresh, async ({ db }) => {
    const requests = await db.selectFrom('requests').select(['recipe', 'pull_request', 'state']).execute();
    expect(requests).toEqual([{ recipe: 'notebook', pull_request: 7, state: 'queued' }]);
  });
  const server = await fresh.start();
  expect(await (await fetch(server.url)).text()).toContain('1 waiting');
  await server.stop();
});

test('a backup is made while the server runs, and leaves it running', async () => {
  const server = await old.start();
  await backUpServer(file, { ...old, runs: false });
  expect((await fetch(server.url)).status).toBe(200);
  await expect(restoreServer(file, old)).rejects.toMatchObject({ code: 'E_SERVER_RUNNING' });
  await server.stop();
});

test('nothing is overwritten, neither by a backup nor by its return', async () => {
  await backUpServer(file, { ...old, runs: false });
  await expect(backUpServer(file, { ...old, runs: false })).rejects.toMatchObject({ code: 'E_BACKUP_FILE' });
  await expect(restoreServer(file, old)).rejects.toMatchObject({ code: 'E_RESTORE_STATE' });
  await writeFile(join(fresh.config.directory, 'server.yaml'), 'mine');
  await expect(restoreServer(file, fresh)).rejects.toMatchObject({ code: 'E_RESTORE_STATE' });
  expect(await readFile(join(fresh.config.directory, 'server.yaml'), 'utf8')).toBe('mine');
});

test.each([
  ['one byte of it is another', (unpacked: string) => writeFile(join(unpacked, 'config', 'forge-token'), 'b-token\n')],
  ['something was put in', (unpacked: string) => writeFile(join(unpacked, 'config', 'more'), 'x')],
  ['something was taken out', (unpacked: string) => rm(join(unpacked, 'database.dump'))],
  ['a link was put in', (unpacked: string) => symlink('/etc/passwd', join(unpacked, 'config', 'more'))],
])('a backup is refused when %s, and nothing is made', async (_case, change) => {
  await backUpServer(file, { ...old, runs: false });
  const unpacked = join(old.paths.state, 'unpacked');
  await mkdir(unpacked);
  await mustRun(['tar', '--extract', '--file', file, '--directory', unpacked]);
  await change(unpacked);
  await mustRun(['tar', '--create', '--file', `${file}.changed`, '--directory', unpacked, '.']);
  await expect(restoreServer(`${file}.changed`, fresh)).rejects.toMatchObject({ code: 'E_BACKUP_FILE' });
  expect(await readdir(fresh.config.directory)).toEqual([]);
  expect(await readdir(fresh.paths.state)).not.toContain('postgres');
});

test('what is no backup is refused', async () => {
  await writeFile(file, 'not a tar file');
  await expect(restoreServer(file, fresh)).rejects.toMatchObject({ code: 'E_BACKUP_FILE' });
});

test('a machine without a server has nothing to back up', async () => {
  await fresh.configure(JSON.parse(await readFile(old.config.settings, 'utf8')) as object, {});
  await expect(backUpServer(file, { ...fresh, runs: false })).rejects.toMatchObject({ code: 'E_BACKUP_EMPTY' });
});
