import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findCiOverlay } from '../../src/custom/ci-overlay.ts';
import { repairBase } from '../../src/custom/previous.ts';
import { publishRecipeSchema, readRecipeSettings } from '../../src/custom/recipe-settings.ts';
import { RECIPE_SCHEMA, RECIPE_SETTINGS_PAGE, renderRecipeSettingsPage } from '../../tools/recipe-settings-page.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cc-ci-enrolled-'));
});

afterEach(() => rm(dir, { recursive: true, force: true }));

const settings = async (text: string) => {
  await writeFile(join(dir, 'recipe.yaml'), text);
  return readRecipeSettings(dir);
};

describe('recipe.yaml', () => {
  test('says what is meant when it says nothing', async () => {
    expect(await settings('')).toMatchObject({
      health: { path: '/', ok: [200, 301, 302] },
      tcp: [],
      env: {},
      upgradeEnv: {},
      notApplicable: {},
      screenshot: {},
    });
  });

  test('refuses a key that nobody knows, at its place, with the one that was meant (RT-30)', async () => {
    await expect(settings('health:\n  path: /\nupgradEnv:\n  A: b\n')).rejects.toMatchObject({
      code: 'E_RECIPE_SETTINGS',
      message: 'there is no setting "upgradEnv" here',
      where: { line: 3, key: 'upgradEnv' },
      hint: expect.stringContaining('upgradeEnv') as string,
    });
  });

  test.each([
    ['health:\n  ok: [404]\n', '404 never counts as healthy'],
    ['health:\n  ok: [503]\n', 'an answer of 500 and more never counts as healthy'],
    ['warm: true\n', 'there is no warm layer yet: every run is a cold one; leave this out'],
    ['notApplicable:\n  backup: no\n', 'say why in a sentence: it is shown beside the verdict'],
    ['dependencies: [{recipe: a, source: b, secrets: {x: url}}]\n', 'an address is no secret: hand it over by `env`'],
    ['env:\n  lower: x\n', 'a name of the env has capitals, digits and underscores'],
  ])('refuses %j', async (text, message) => {
    await expect(settings(text)).rejects.toMatchObject({ code: 'E_RECIPE_SETTINGS', message });
  });

  test('cannot say that lint or restore alone is not applicable', async () => {
    await expect(settings('notApplicable:\n  lint: because it is red for now\n')).rejects.toMatchObject({
      code: 'E_RECIPE_SETTINGS',
    });
  });
});

describe('what is published of the settings', () => {
  test('docs/recipe-settings.md is what they say of themselves (`npm run docs` writes it)', async () => {
    expect(await readFile(RECIPE_SETTINGS_PAGE, 'utf8')).toBe(renderRecipeSettingsPage());
  });

  test('schema/recipe.schema.json is theirs (`npm run docs` writes it)', async () => {
    expect(JSON.parse(await readFile(RECIPE_SCHEMA, 'utf8'))).toEqual(publishRecipeSchema());
  });
});

describe('compose.ci.yml', () => {
  const overlay = async (text: string) => {
    await writeFile(join(dir, 'compose.ci.yml'), text);
    return findCiOverlay(dir);
  };

  test('may change where an app runs', async () => {
    const text = 'version: "3.8"\nservices:\n  app:\n    environment: {A: b}\n    healthcheck: {start_period: 1m}\n';
    expect(await overlay(text)).toEqual({ file: 'compose.ci.yml', root: dir });
  });

  test.each([
    ['image: nginx:1', 'image', 'a pinned image'],
    ['command: sleep 1', 'command', 'another command'],
    ['healthcheck: {disable: true}', 'healthcheck.disable', 'without a health check'],
    ['healthcheck: {test: "true"}', 'healthcheck.test', 'another health check'],
  ])('may not change what is proven: %s', async (line, key, why) => {
    await expect(overlay(`version: "3.8"\nservices:\n  app:\n    ${line}\n`)).rejects.toMatchObject({
      code: 'E_CI_OVERLAY',
      message: expect.stringContaining(why) as string,
      where: { key: `services.app.${key}`, line: 4 },
    });
  });
});

describe('previous/', () => {
  test('repairs files of a base and adds others, and says which', async () => {
    const checkout = join(dir, 'checkout');
    await mkdir(join(dir, 'previous/conf'), { recursive: true });
    await mkdir(checkout);
    await writeFile(join(checkout, 'compose.yml'), 'old');
    await writeFile(join(dir, 'previous/compose.yml'), 'new');
    await writeFile(join(dir, 'previous/conf/app.conf'), 'x');
    expect(await repairBase(dir, checkout)).toEqual(['compose.yml', 'conf/app.conf']);
    expect(await readFile(join(checkout, 'compose.yml'), 'utf8')).toBe('new');
    expect(await readFile(join(checkout, 'conf/app.conf'), 'utf8')).toBe('x');
  });

  test('never writes through a link of the checkout', async () => {
    const checkout = join(dir, 'checkout');
    await mkdir(join(dir, 'previous'));
    await mkdir(checkout);
    await writeFile(join(dir, 'outside'), 'mine');
    await symlink(join(dir, 'outside'), join(checkout, 'compose.yml'));
    await writeFile(join(dir, 'previous/compose.yml'), 'new');
    await expect(repairBase(dir, checkout)).rejects.toMatchObject({ code: 'E_PREVIOUS' });
    expect(await readFile(join(dir, 'outside'), 'utf8')).toBe('mine');
  });

  test('takes no links itself', async () => {
    await mkdir(join(dir, 'previous'));
    await symlink('/etc/passwd', join(dir, 'previous/compose.yml'));
    await expect(repairBase(dir, join(dir, 'checkout'))).rejects.toMatchObject({ code: 'E_PREVIOUS' });
  });
});
