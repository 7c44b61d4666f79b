import { defineConfig } from 'vitest/config';

/** Suites that replay recorded recipes and answers; collected only where these are, as `npm test` then says. */
const corpus = (process.env['CC_CI_CORPUS'] ?? '') === '' ? ['test/**/*.corpus.test.ts'] : [];
/** Suites against a running Gitea or Forgejo. */
const forge = (process.env['CC_CI_FORGE_URL'] ?? '') === '' ? ['test/**/*.forge.test.ts'] : [];

/**
 * Two projects: `unit` is pure or touches only files; `engine` needs a Docker Engine in Swarm mode and shares it, so its
 * files run one after the other.
 */
export default defineConfig({
  test: {
    globalSetup: 'test/support/scratch.ts',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/engine/**', 'test/web/**', ...corpus, ...forge],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'engine',
          include: ['test/engine/**/*.test.ts', 'test/web/**/*.test.ts'],
          exclude: corpus,
          testTimeout: 240_000,
          hookTimeout: 240_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
