import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveApp } from '../../src/recipe/app.ts';
import { stackNameFor } from '../../src/recipe/names.ts';
import { readRecipe } from '../../src/recipe/read-recipe.ts';
import type { App, AppChoice } from '../../src/recipe/types.ts';
import { makeScratch, writeFiles } from './recipe-repository.ts';
import { CLEAN } from './sample-recipe.ts';

async function app(
  files: Readonly<Record<string, string>> = {},
  choice: Partial<AppChoice> = {},
  name = 'wiki',
): Promise<App> {
  await using scratch = await makeScratch();
  const dir = join(scratch.dir, name);
  await writeFiles(dir, { ...CLEAN, ...files });
  const domain = 'w1.ci.test';
  const whole = { domain, stackName: stackNameFor(domain), env: {}, versionLabel: '1.0.0+1.27.2', ...choice };
  return await resolveApp(await readRecipe(dir, { name }), whole);
}

const sample = (text: string) => ({ '.env.sample': `${CLEAN['.env.sample']}${text}` });

describe('resolveApp', () => {
  it('makes the env of sample, choice, stack and abra.sh', async () => {
    const { env } = await app(
      sample('URL=https://files.wiki.example.com\nISSUER=https://$DOMAIN\nMODE=a\nCONF_VERSION=v0\n'),
      {
        env: { MODE: 'b # c' },
      },
    );
    expect(env).toEqual({
      TYPE: 'wiki:1.0.0+1.27.2',
      DOMAIN: 'w1.ci.test',
      LETS_ENCRYPT_ENV: '',
      SECRET_PASSWORD_VERSION: 'v1',
      COMPOSE_FILE: 'compose.yml',
      URL: 'https://files.w1.ci.test',
      ISSUER: 'https://w1.ci.test',
      MODE: 'b # c',
      CONF_VERSION: 'v1',
      STACK_NAME: 'w1_ci_test',
    });
  });

  it('writes abra’s labels for a release', async () => {
    const { stack, timeoutSeconds } = await app();
    expect(stack.services['app']?.deploy?.labels).toMatchObject({
      'coop-cloud.w1_ci_test.recipe': 'wiki',
      'coop-cloud.w1_ci_test.chaos': 'false',
      'coop-cloud.w1_ci_test.version': '1.0.0+1.27.2',
    });
    expect(timeoutSeconds).toBe(120);
  });

  it('keeps the file’s version label for a commit, and writes the commit beside it', async () => {
    const { stack } = await app({}, { versionLabel: '7ae7b0f7+U' });
    expect(stack.services['app']?.deploy?.labels).toMatchObject({
      'coop-cloud.w1_ci_test.chaos': 'true',
      'coop-cloud.w1_ci_test.chaos-version': '7ae7b0f7+U',
      'coop-cloud.w1_ci_test.version': '1.0.0+1.27.2',
    });
  });

  it('exposes the env to app, the service’s own settings winning', async () => {
    const compose = (CLEAN['compose.yml'] ?? '').replace(
      '    networks:',
      '    environment:\n      DOMAIN: own\n    networks:',
    );
    const { stack } = await app({ 'compose.yml': compose });
    expect(stack.services['app']?.environment).toMatchObject({
      DOMAIN: 'own',
      STACK_NAME: 'w1_ci_test',
      CONF_VERSION: 'v1',
    });
  });

  it('follows COMPOSE_FILE, and reads compose.yml alone without it', async () => {
    const extra = { 'compose.db.yml': 'version: "3.8"\nservices:\n  db:\n    image: postgres:17.2\n' };
    const chosen = await app(extra, { env: { COMPOSE_FILE: 'compose.yml:compose.db.yml' } });
    expect(Object.keys(chosen.stack.services)).toEqual(['app', 'db']);
    const without = await app({ ...extra, '.env.sample': 'SECRET_PASSWORD_VERSION=v1\n' });
    expect(without.composeFiles).toEqual(['compose.yml']);
  });

  it('knows the secrets of enabled services with their modifiers', async () => {
    const { secrets } = await app();
    expect(secrets).toEqual([
      {
        id: 'password',
        name: 'w1_ci_test_password_v1',
        version: 'v1',
        variable: 'SECRET_PASSWORD_VERSION',
        modifiers: { length: 20, charset: 'hex' },
      },
    ]);
  });

  it('leaves out a secret that no service uses', async () => {
    const compose = (CLEAN['compose.yml'] ?? '').replace('    secrets:\n      - password\n', '');
    expect((await app({ 'compose.yml': compose })).secrets).toEqual([]);
  });

  it('splits post commands', async () => {
    const { postDeploy, postUpgrade } = await app(sample('POST_DEPLOY_CMDS="app migrate now | local migrate"\n'));
    expect(postDeploy).toEqual([
      { service: 'app', command: 'migrate', args: ['now'] },
      { service: 'local', command: 'migrate', args: [] },
    ]);
    expect(postUpgrade).toEqual([]);
  });

  it.each(['app', 'web migrate', 'app missing', 'app migrate|'])('refuses the post command %j', async (text) => {
    await expect(app(sample(`POST_DEPLOY_CMDS="${text}"\n`))).rejects.toMatchObject({ code: 'E_POST_COMMAND' });
  });

  it('refuses a name over 64 characters with the name and its length', async () => {
    const stackName = 'a'.repeat(53);
    await expect(app({}, { stackName })).rejects.toMatchObject({
      code: 'E_NAME_TOO_LONG',
      message: `the secret name ${stackName}_password_v1 has 65 characters; the Engine takes 64`,
    });
    await expect(app({}, { stackName: 'a'.repeat(52) })).resolves.toBeDefined();
  });

  it('measures names of configs and services too', async () => {
    const id = 'c'.repeat(52);
    const named = (CLEAN['compose.yml'] ?? '').replace('_conf_', `_${id}_`);
    await expect(app({ 'compose.yml': named })).rejects.toMatchObject({ where: { key: 'configs.conf' } });
    const service = (CLEAN['compose.yml'] ?? '').replace(
      'configs:\n  conf:',
      `  ${'s'.repeat(53)}:\n    image: nginx\nconfigs:\n  conf:`,
    );
    await expect(app({ 'compose.yml': service })).rejects.toMatchObject({ code: 'E_NAME_TOO_LONG' });
  });

  it('refuses a secret whose version is empty', async () => {
    await expect(app({ '.env.sample': 'TYPE=wiki\n' })).rejects.toMatchObject({ code: 'E_SECRET_VERSION' });
  });

  it('refuses a stack without app', async () => {
    const compose = (CLEAN['compose.yml'] ?? '').replace('  app:', '  web:');
    await expect(app({ 'compose.yml': compose })).rejects.toMatchObject({ code: 'E_NO_APP_SERVICE' });
  });

  it('warns of a time-out that is no number', async () => {
    const compose = (CLEAN['compose.yml'] ?? '').replace('timeout=120', 'timeout=2m');
    const { timeoutSeconds, warnings } = await app({ 'compose.yml': compose });
    expect(timeoutSeconds).toBeUndefined();
    expect(warnings).toMatchObject([{ code: 'E_TIMEOUT_LABEL' }]);
  });
});

describe('a COMPOSE_FILE that names what is not there', () => {
  it('is found at its line of the sample, with the names that would do', async () => {
    const lines = `${CLEAN['.env.sample']}COMPOSE_FILE="compose.yml:compose.gone.yml"`.split('\n').length;
    await expect(app(sample('COMPOSE_FILE="compose.yml:compose.gone.yml"\n'))).rejects.toMatchObject({
      code: 'E_COMPOSE_MISSING',
      message: 'COMPOSE_FILE names compose.gone.yml, which the recipe does not have',
      fault: 'recipe',
      where: { file: '.env.sample', line: lines, key: 'COMPOSE_FILE' },
      hint: 'the recipe has compose.yml',
    });
  });

  it('is no fault of the recipe when it was asked for', async () => {
    await expect(app({}, { env: { COMPOSE_FILE: 'compose.gone.yml' } })).rejects.toMatchObject({ fault: 'usage' });
  });
});

describe('stackNameFor', () => {
  it('turns dots into underscores, keeps hyphens, and ends at 45 characters', () => {
    expect(stackNameFor('my-wiki.ci.example.org')).toBe('my-wiki_ci_example_org');
    expect(stackNameFor(`${'a'.repeat(50)}.org`)).toHaveLength(45);
  });
});
