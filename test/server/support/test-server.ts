import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StatePaths, statePaths } from '../../../src/config/paths.ts';
import { type ConfigPaths, configPaths } from '../../../src/config/server.ts';
import { type Server, type ServerOptions, startServer } from '../../../src/server/server.ts';
import { storeHome } from '../../../src/server/store-home.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { createDatabase } from '../../store/support/shared-postgres.ts';

/** A machine of its own for a server: a configuration and a state directory, nothing in either. */
export interface Machine extends AsyncDisposable {
  readonly config: ConfigPaths;
  readonly paths: StatePaths;
  /** Everything that servers of it have logged. */
  readonly log: string[];
  /** Writes `server.yaml`, and a file for each secret. */
  configure(settings: object, secrets: Readonly<Record<string, string>>): Promise<void>;
  enrol(recipe: string, settings: object): Promise<void>;
  start(worker?: ServerOptions['startWorker']): Promise<Server>;
  /** The store that its servers use, as it is configured. */
  openStore(): Promise<Store>;
}

export interface MachineOptions {
  /** `private`: servers run a PostgreSQL of their own, as they do unless one is given. `shared` saves its start. */
  readonly postgres?: 'private' | 'shared';
}

export async function openMachine({ postgres = 'private' }: MachineOptions = {}): Promise<Machine> {
  const database = postgres === 'shared' ? await createDatabase() : undefined;
  const root = await mkdtemp(join(tmpdir(), 'cc-ci-server-'));
  // The account that runs PostgreSQL has to get through to what is its own.
  await chmod(root, 0o711);
  const config = configPaths(join(root, 'etc'));
  const paths = statePaths({ CC_CI_STATE: join(root, 'state'), CC_CI_HOST_LOCKS: join(root, 'locks') });
  await mkdir(config.directory);
  const log: string[] = [];
  return {
    config,
    paths,
    log,
    async configure(settings, secrets) {
      const given = database === undefined ? {} : { databaseUrlFile: 'database-url' };
      if (database !== undefined) {
        await writeFile(join(config.directory, 'database-url'), `${database.url}\n`, { mode: 0o600 });
      }
      // JSON is YAML.
      await writeFile(config.settings, JSON.stringify({ ...given, ...settings }));
      for (const [name, value] of Object.entries(secrets)) {
        await writeFile(join(config.directory, name), `${value}\n`, { mode: 0o600 });
      }
    },
    async enrol(recipe, settings) {
      await mkdir(join(config.recipes, recipe), { recursive: true });
      await writeFile(join(config.recipes, recipe, 'recipe.yaml'), JSON.stringify(settings));
    },
    start: (startWorker) => startServer({ config, paths, startWorker, log: (line) => log.push(line) }),
    openStore: async () =>
      openStore(await storeHome(database === undefined ? {} : { databaseUrlFile: 'database-url' }, config, paths)),
    async [Symbol.asyncDispose]() {
      await database?.[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}
