import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readManifest } from '../../src/custom/manifest.ts';
import { RecipeSettings } from '../../src/custom/recipe-settings.ts';
import type { DiscoveredTests } from '../../src/custom/types.ts';

const NO_TESTS: DiscoveredTests = { source: 'none', directory: undefined, files: [] };

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cc-ci-manifest-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const write = async (...paths: string[]) => {
  for (const path of paths) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), '');
  }
};

test('a recipe for which nothing was set has an empty manifest', async () => {
  const settings = RecipeSettings.parse({});
  expect(await readManifest({ enrolledDir: undefined, settings, env: {}, tests: NO_TESTS })).toEqual({
    files: [],
    settings: {},
    env: {},
    upgradeEnv: {},
  });
});

test('files that were used are named, others are not', async () => {
  await write('recipe.yaml', 'hooks.ts', 'compose.ci.yml', 'previous/compose.yml', 'tests/a.test.ts', 'notes.txt');
  const settings = RecipeSettings.parse({});
  const own = await readManifest({ enrolledDir: directory, settings, env: {}, tests: NO_TESTS });
  expect(own.files).toEqual(['compose.ci.yml', 'hooks.ts', 'previous/compose.yml', 'recipe.yaml']);
  const tests: DiscoveredTests = { source: 'enrolled', directory: join(directory, 'tests'), files: [] };
  expect((await readManifest({ enrolledDir: directory, settings, env: {}, tests })).files).toContain('tests/a.test.ts');
});

test('settings that are not the default are there, and none that is', async () => {
  const settings = RecipeSettings.parse({
    health: { path: '/up' },
    timeout: 60,
    notApplicable: { backup: 'it has no data at all' },
  });
  expect((await readManifest({ enrolledDir: undefined, settings, env: {}, tests: NO_TESTS })).settings).toEqual({
    health: { path: '/up', ok: [200, 301, 302] },
    timeout: 60,
    notApplicable: { backup: 'it has no data at all' },
  });
});

test.each([
  ['ADMIN_PASSWORD', 'swordfish', '•••'],
  ['SMTP_PWD', 'x', '•••'],
  ['OAUTH_API_KEY', 'abc', '•••'],
  ['KEYBOARD', 'dvorak', 'dvorak'],
  ['DATABASE', 'postgres://app:hunter2@db/app', 'postgres://•••@db/app'],
  ['SEED', 'q8ZrT1mPw0LkX5vBn3Yc', '•••'],
  ['TITLE', 'A long title that is only words', 'A long title that is only words'],
  ['IMAGE', 'registry.example.org/library/application', 'registry.example.org/library/application'],
])('of the env, %s=%s is shown as %s', async (name, value, shown) => {
  const settings = RecipeSettings.parse({ upgradeEnv: { [name]: value } });
  const manifest = await readManifest({ enrolledDir: undefined, settings, env: { [name]: value }, tests: NO_TESTS });
  expect(manifest).toMatchObject({ env: { [name]: shown }, upgradeEnv: { [name]: shown } });
});

test('credentials in the address of a dependency are masked', async () => {
  const dependencies = [{ recipe: 'login', source: 'https://ci:hunter2@git.example.org/recipes/login' }];
  const settings = RecipeSettings.parse({ dependencies });
  const manifest = await readManifest({ enrolledDir: undefined, settings, env: {}, tests: NO_TESTS });
  expect(JSON.stringify(manifest)).not.toContain('hunter2');
  expect(manifest.settings['dependencies']).toMatchObject([{ source: 'https://•••@git.example.org/recipes/login' }]);
});
