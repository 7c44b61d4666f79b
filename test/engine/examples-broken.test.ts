import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawSample } from '../support/draw.ts';
import { type Bench, openBench } from './support/cc-ci.ts';

/** Example, branch, tier that must fail, code of the leading finding, its sentence, level reached. */
const BROKEN = [
  ['static-site', 'broken-install', 'install', 'healthcheck-failing', /^app: the health check fails: /, 0],
  [
    'static-site',
    'broken-upgrade',
    'upgrade',
    'upgrade-lost-data',
    /^the upgrade lost content:\/: no service of the head mounts/,
    1,
  ],
  ['static-site', 'broken-backup', 'backup', 'hook-failed', /^app: the backup-pre hook ended with 1$/, 2],
  ['static-site', 'broken-restore', 'restore', 'restore-lost-data', /^the restore did not bring back content:\//, 2],
  [
    'static-site',
    'broken-functional',
    'functional',
    'test-failed',
    /^what is not there is a true 404 \(content\.test\.ts\)$/,
    3,
  ],
  ['static-site', 'broken-lint', 'lint', 'R011', /compose\.stats\.yml/, 4],
  [
    'notebook',
    'broken-install',
    'install',
    'entrypoint-missing',
    /^app: the command \/docker-entrypoint\.sh may not be executed/,
    0,
  ],
  [
    'notebook',
    'broken-upgrade',
    'upgrade',
    'upgrade-lost-data',
    /^the upgrade lost postgres notebook\.public\.cc_ci_canary: .*does not exist$/,
    1,
  ],
  [
    'notebook',
    'broken-backup',
    'backup',
    'empty-dump',
    /^the dump postgres:\/backup\.sql is empty \(after 3 attempts\)$/,
    2,
  ],
  ['notebook', 'broken-restore', 'restore', 'restore-lost-data', /^the restore did not bring back postgres /, 2],
  [
    'notebook',
    'broken-functional',
    'functional',
    'test-failed',
    /^a browser shows the title from the config \(notes\.test\.ts\)$/,
    3,
  ],
  ['notebook', 'broken-lint', 'lint', 'R011', /compose\.search\.yml/, 4],
  ['wiki', 'broken-install', 'install', 'crash-loop', /^app: the program ended with exit code 1, [23] times$/, 0],
  [
    'wiki',
    'broken-upgrade',
    'upgrade',
    'upgrade-lost-data',
    /^the upgrade lost uploads:\/: no service of the head mounts/,
    1,
  ],
  [
    'wiki',
    'broken-backup',
    'backup',
    'broken-dump',
    /^the dump mariadb:\/backup\.sql does not parse: .*cut off \(after 3 attempts\)$/,
    2,
  ],
  [
    'wiki',
    'broken-restore',
    'restore',
    'restore-lost-data',
    /^the restore did not bring back mysql wiki\.cc_ci_canary: /,
    2,
  ],
  [
    'wiki',
    'broken-functional',
    'functional',
    'test-failed',
    /^an uploaded file comes back byte by byte \(pages\.test\.ts\)$/,
    3,
  ],
  ['wiki', 'broken-lint', 'lint', 'R011', /compose\.search\.yml/, 4],
  ['relay', 'broken-install', 'install', 'healthcheck-failing', /^app: the health check fails: /, 0],
  ['relay', 'broken-upgrade', 'upgrade', 'crash-loop', /^app: the program ended with exit code 3, once$/, 1],
  ['relay', 'broken-backup', 'backup', 'empty-snapshot', /^the snapshot is empty$/, 2],
  ['relay', 'broken-restore', 'restore', 'restore-lost-data', /^the restore did not bring back messages:\//, 2],
  ['relay', 'broken-functional', 'functional', 'test-failed', /relay\.test\.ts/, 3],
  ['relay', 'broken-lint', 'lint', 'R011', /compose\.stats\.yml/, 4],
] as const;

/** Drawn together: a run of one of them takes 20 s. */
const GROUPS: Readonly<Record<string, string>> = {
  install: 'deploy',
  upgrade: 'deploy',
  backup: 'data',
  restore: 'data',
};

/** All of them in a full run, else three that the seed draws. */
const chosen = drawSample(BROKEN, {
  suite: 'broken examples',
  nameOf: ([name, branch]) => `${name} ${branch}`,
  groupOf: ([, , tier]) => GROUPS[tier] ?? 'rest',
});

let bench: Bench;

beforeAll(async () => {
  bench = await openBench();
});

afterAll(() => bench[Symbol.asyncDispose]());

test.each(chosen)('%s %s', async (name, branch, tier, code, sentence, level) => {
  const { exitCode, results, stderr } = await bench.test([bench.example(name), '--ref', branch]);
  // Lint says nothing about the verdict.
  expect(exitCode, stderr).toBe(tier === 'lint' ? 0 : 1);
  expect(results).toMatchObject({ verdict: tier === 'lint' ? 'success' : 'failure', level, residue: [] });
  const [leading] = results?.findings ?? [];
  expect(leading).toMatchObject({ tier, code, fault: 'recipe' });
  expect(leading?.sentence).toMatch(sentence);
  if (tier !== 'lint') expect(results?.sentence).toContain(`${tier}: ${leading?.sentence}`);
  expect(results?.rungs.find((rung) => rung.status !== 'pass' && rung.status !== 'skip')?.tier).toBe(tier);
  expect(await bench.leftovers()).toEqual([]);
});
