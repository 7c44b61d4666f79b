import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareRepository, type Repository } from '../../src/backup/repository.ts';
import { openKeyFile, sealKeyFile } from '../../src/backup/repository-key.ts';
import { backupPaths, listSnapshot, restorePaths } from '../../src/backup/restic.ts';
import { runProcess } from '../../src/base/process.ts';

const directory = mkdtempSync(join(tmpdir(), 'cc-ci-restic-'));
const template = join(directory, 'cache', 'template');
let repository: Repository;

beforeAll(async () => {
  repository = await prepareRepository(join(directory, 'repository'), template);
});
afterAll(() => rmSync(directory, { recursive: true }));

function volume(name: string): string {
  const root = join(directory, name);
  mkdirSync(join(root, 'sub'), { recursive: true });
  writeFileSync(join(root, 'sub', 'a*[1].txt'), 'one');
  writeFileSync(join(root, 'sub', 'aXX1.txt'), 'two');
  return root;
}

describe('a prepared repository', () => {
  test('opens with its own password and with no other', async () => {
    const open = (password: string) =>
      runProcess(['restic', '--repo', repository.directory, '--no-cache', 'cat', 'config'], {
        env: { RESTIC_PASSWORD: password },
      });

    expect((await open(repository.password)).exitCode).toBe(0);
    expect((await open('another')).exitCode).not.toBe(0);
    expect((await open(readFileSync(join(template, 'password'), 'utf8'))).exitCode).not.toBe(0);
  });

  test('is made from one template, by callers at once too', async () => {
    const fresh = join(directory, 'cache', 'fresh');
    const made = await Promise.all(['p', 'q'].map((name) => prepareRepository(join(directory, name), fresh)));

    expect(new Set(made.map(({ password }) => password)).size).toBe(2);
    const ids = made.map(({ directory: place }) => readFileSync(join(place, 'config')).toString('base64'));
    expect(new Set(ids).size).toBe(1);
    expect(statSync(join(fresh, 'password')).mode & 0o777).toBe(0o600);
  });
});

test('a key file opens only with its password and only undamaged', () => {
  const master = Buffer.from('{"mac":{}}');
  const { text } = sealKeyFile(master, 'right');

  expect(openKeyFile(text, 'right').equals(master)).toBe(true);
  expect(() => openKeyFile(text, 'wrong')).toThrow('wrong password');
  const file = JSON.parse(text) as { data: string };
  const data = Buffer.from(file.data, 'base64');
  data[20] = (data[20] ?? 0) ^ 1;
  expect(() => openKeyFile(JSON.stringify({ ...file, data: data.toString('base64') }), 'right')).toThrow('damaged');
});

describe('a snapshot', () => {
  test('lists its files and gives back just the path that was asked for', async () => {
    const root = volume('listed');
    const { id } = await backupPaths(repository, { paths: [root], readable: [root], tag: 't' });

    const files = (await listSnapshot(repository, id)).filter(({ type }) => type === 'file');
    expect(files.map(({ path }) => path)).toEqual([join(root, 'sub', 'a*[1].txt'), join(root, 'sub', 'aXX1.txt')]);

    rmSync(join(root, 'sub'), { recursive: true });
    await restorePaths(repository, id, { include: [join(root, 'sub', 'a*[1].txt')], target: '/', writable: [root] });
    expect(readFileSync(join(root, 'sub', 'a*[1].txt'), 'utf8')).toBe('one');
    expect(existsSync(join(root, 'sub', 'aXX1.txt'))).toBe(false);
  });

  test('of one file leaves owner and mode of its directory as they are when it is restored', async () => {
    const root = volume('owned');
    chmodSync(root, 0o700);
    chownSync(root, 1234, 1234);
    const file = join(root, 'sub', 'aXX1.txt');
    const { id } = await backupPaths(repository, { paths: [file], readable: [root], tag: 't' });

    rmSync(file);
    await restorePaths(repository, id, { include: [file], target: '/', writable: [root] });
    const { uid, gid, mode } = statSync(root);
    expect([uid, gid, mode & 0o777]).toEqual([1234, 1234, 0o700]);
  });

  test('is not taken of the host through a link that the app planted', async () => {
    const root = volume('trapped');
    const secret = join(directory, 'host-secret');
    mkdirSync(secret);
    writeFileSync(join(secret, 'key'), 'host');
    symlinkSync(secret, join(root, 'link'));

    const made = backupPaths(repository, { paths: [join(root, 'link', 'key')], readable: [root], tag: 't' });
    await expect(made).rejects.toMatchObject({ code: 'E_RESTIC' });
  });

  test('is not written to the host through a link that the app planted', async () => {
    const root = volume('baited');
    const file = join(root, 'dump.sql');
    writeFileSync(file, 'dump');
    const { id } = await backupPaths(repository, { paths: [file], readable: [root], tag: 't' });

    const victim = join(directory, 'victim');
    writeFileSync(victim, 'untouched');
    rmSync(file);
    symlinkSync(victim, file);
    await restorePaths(repository, id, { include: [file], target: '/', writable: [root] }).catch(() => undefined);
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
  });
});
