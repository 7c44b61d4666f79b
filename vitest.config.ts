import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { testHome } from './test/support/home.ts';
import { givenShards, shardPool } from './test/support/shard-pool.ts';
import { WITHIN } from './test/support/within.ts';

/** Suites that replay recorded recipes and answers; collected only where these are, as `npm test` then says. */
const corpus = (process.env['CC_CI_CORPUS'] ?? '') === '' ? ['test/**/*.corpus.*'] : [];
/** Suites against a running Gitea or Forgejo. */
const forge = (process.env['CC_CI_FORGE_URL'] ?? '') === '' ? ['test/**/*.forge.*'] : [];
const SERVICE = 'test/**/*.service.test.ts';
const ENGINE = 'test/engine/**/*.test.ts';

/** On which Engines the files of `engine` run: some of their own side by side, or one after the other on that of the environment. */
const shards = givenShards();
const whereEnginesAre =
  shards === undefined ? { fileParallelism: false } : { pool: shardPool(shards), maxWorkers: shards.length };
/** One worker alone would be given all files at once, and a crash would lose those after it. */
const alone = shards === undefined || shards.length === 1;

/**
 * Three projects by what they need: `unit` nothing but files and git, `service` PostgreSQL, restic, OpenSSL, the forge double, the docker CLI or a
 * browser, `engine` a Docker Engine in Swarm mode. The files that one worker runs share its modules, since loading them anew
 * takes longer than most tests. Time-outs are upper bounds for a machine that is four times slower.
 */
export default defineConfig({
  // Which files took long last time decides which are begun first, in another clone, too.
  cacheDir: join(testHome().cache, 'vitest', process.env['CC_CI_TEST_LANE'] ?? 'all'),
  test: {
    globalSetup: 'test/support/scratch.ts',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [ENGINE, SERVICE, ...corpus, ...forge],
          setupFiles: 'test/support/properties.ts',
          isolate: false,
          expect: { poll: WITHIN },
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'service',
          include: [SERVICE],
          exclude: [ENGINE, ...corpus, ...forge],
          globalSetup: 'test/store/support/shared-postgres.ts',
          setupFiles: 'test/support/properties.ts',
          isolate: false,
          expect: { poll: WITHIN },
          testTimeout: 240_000,
          hookTimeout: 240_000,
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'engine',
          include: [ENGINE],
          exclude: corpus,
          setupFiles: 'test/engine/support/left-as-found.ts',
          isolate: alone,
          expect: { poll: WITHIN },
          testTimeout: 600_000,
          hookTimeout: 600_000,
          sequence: { groupOrder: 2 },
          ...whereEnginesAre,
        },
      },
    ],
  },
});
