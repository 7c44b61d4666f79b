import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CodedError } from '../../base/errors.ts';
import { ownModule } from '../../base/own-files.ts';
import { runProcess } from '../../base/process.ts';
import type { AppData } from '../app-data.ts';
import { confine } from '../confine.ts';
import type { Canary } from '../types.ts';
import { type CanaryHandler, CHANGED, judgeHalves, makeCanary, ownVolumes } from './kind.ts';
import { readPairs } from './query.ts';
import type { SqliteAction } from './sqlite-child.ts';

const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');
/** Bounds on the search of one volume: what lies deeper or later is not looked at. */
const MAX_DEPTH = 6;
const MAX_ENTRIES = 20_000;
const MAX_DATABASES = 10;
const LIMIT_MS = 20_000;

/**
 * A table with two rows in every SQLite database of a named volume, found by the first bytes of its files. It is written
 * on the host, by the SQLite of Node, beside the running app: the locks of SQLite are the kernel's and hold across
 * containers, and the write-ahead log too, since it is shared memory of the same file.
 */
export const sqliteCanaries: CanaryHandler = {
  kind: 'sqlite',
  async detect(habitat, service) {
    const found: Canary[] = [];
    for (const volume of ownVolumes(habitat, service)) {
      for (const path of await findDatabases(await habitat.data.volumePath(volume))) {
        found.push(makeCanary(habitat, 'sqlite', service, volume, `sqlite ${volume}:/${path}`, { path }));
      }
    }
    return found;
  },
  async plant(data, canary) {
    await child(data, canary, 'plant', canary.token);
  },
  async check(data, canary) {
    return judgeHalves(canary, readPairs(await child(data, canary, 'check', canary.token)));
  },
  async destroy(data, canary) {
    const path = join(await data.volumePath(canary.volume ?? ''), canary.detail['path'] ?? '');
    // The app may have removed the database since.
    if (!(await hasMagic(path))) return;
    await child(data, canary, 'destroy', CHANGED);
  },
};

/** Paths, relative to the directory, of the files in it that begin like an SQLite database. Caches are left out. */
export async function findDatabases(directory: string): Promise<string[]> {
  const found: string[] = [];
  let entries = 0;
  const visit = async (relative: string, depth: number): Promise<void> => {
    const names = await readdir(join(directory, relative), { withFileTypes: true }).catch(() => []);
    for (const entry of names) {
      entries += 1;
      if (entries > MAX_ENTRIES || found.length >= MAX_DATABASES) return;
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory() && depth < MAX_DEPTH && !/cache/i.test(entry.name)) await visit(path, depth + 1);
      else if (entry.isFile() && (await hasMagic(join(directory, path)))) found.push(path);
    }
  };
  await visit('', 0);
  return found;
}

async function hasMagic(path: string): Promise<boolean> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { buffer } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
      return buffer.equals(MAGIC);
    } finally {
      await handle.close();
    }
  } catch {
    // The app may have removed or replaced it since the directory was read.
    return false;
  }
}

async function child(data: AppData, canary: Canary, action: SqliteAction, token: string): Promise<string> {
  const root = await data.volumePath(canary.volume ?? '');
  const program = ownModule('src/backup/canaries/sqlite-child');
  const node = process.execPath;
  const argv = confine(
    [node, '--disable-warning=ExperimentalWarning', program, action, join(root, canary.detail['path'] ?? ''), token],
    {
      readOnly: [dirname(node), program],
      writable: [root],
    },
  );
  const result = await runProcess(argv, { cleanEnv: true, env: { PATH: '/usr/bin:/bin' }, timeoutMs: LIMIT_MS });
  if (result.exitCode === 0) return result.stdout;
  const lines = `${result.startError ?? ''}\n${result.stderr}`.trim().split('\n');
  throw new CodedError({
    code: 'E_CANARY_QUERY',
    message: `${canary.where}: ${lines.find((line) => line.startsWith('Error')) ?? lines.at(-1) ?? 'SQLite failed'}`,
    fault: 'cc-ci',
    evidence: lines.slice(-8),
  });
}
