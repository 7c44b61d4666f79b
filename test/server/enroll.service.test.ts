import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOOK_EVENTS } from '../../src/forge/gitea/hooks.ts';
import { checkConfiguration } from '../../src/server/check.ts';
import { enroll } from '../../src/server/enroll.ts';
import { readEnrolmentList } from '../../src/server/enrolment-list.ts';
import { type ForgeScene, openForgeScene } from '../forge/support/scene.ts';
import { type Machine, openMachine } from './support/test-server.ts';

let scene: ForgeScene;
let machine: Machine;

beforeEach(async () => {
  [scene, machine] = await Promise.all([openForgeScene(), openMachine()]);
  await configure();
});
afterEach(async () => {
  await Promise.all([scene[Symbol.asyncDispose](), machine[Symbol.asyncDispose]()]);
});

const configure = (forge: object = {}) =>
  machine.configure(
    {
      publicUrl: 'https://ci.example.org',
      forges: [
        {
          id: 'git',
          url: scene.double.url,
          tokenFile: 'forge-token',
          webhookSecretFiles: ['hook-secret'],
          trust: { organisation: 'recipes' },
          ...forge,
        },
      ],
      worker: { domainSuffix: 'ci.test' },
    },
    { 'forge-token': scene.token, 'hook-secret': 'long-and-random' },
  );
const enrolIt = (more: Partial<Parameters<typeof enroll>[1]> = {}, name = 'notebook') =>
  enroll(`${scene.double.url}/recipes/${name}`, {
    config: machine.config,
    recipe: undefined,
    adminToken: undefined,
    ...more,
  });
const notebook = () => {
  const [repository] = scene.double.state.repositories;
  if (repository === undefined) throw new Error('the scene has a repository');
  return repository;
};
const listed = async () => (await readEnrolmentList(machine.config.recipes, ['git'])).recipes;

describe('cc-ci enroll', () => {
  test('puts a repository on the list, and says what a person has to do', async () => {
    const { isNew, webhook, left } = await enrolIt();
    expect({ isNew, webhook }).toEqual({ isNew: true, webhook: 'left' });
    expect(left.join()).toContain('POST https://ci.example.org/hook/git');
    expect(left.join()).not.toContain('long-and-random');
    expect(await listed()).toMatchObject([{ recipe: 'notebook', forge: 'git', owner: 'recipes', name: 'notebook' }]);
  });

  test('keeps what the recipe’s settings say already, and does nothing the second time', async () => {
    await machine.enrol('notebook', {});
    const file = join(machine.config.recipes, 'notebook', 'recipe.yaml');
    await writeFile(file, '# Slow to start.\ntimeout: 900\n');
    expect((await enrolIt()).isNew).toBe(true);
    const text = await readFile(file, 'utf8');
    expect(text).toContain('# Slow to start.\ntimeout: 900\n');
    expect((await enrolIt()).isNew).toBe(false);
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  test('makes the webhook with a token that is given once, and no second one', async () => {
    const adminToken = scene.double.addToken('root', ['write:repository']);
    expect((await enrolIt({ adminToken })).webhook).toBe('made');
    expect(notebook().hooks).toMatchObject([
      { url: 'https://ci.example.org/hook/git', secret: 'long-and-random', events: HOOK_EVENTS },
    ]);
    expect((await enrolIt({ adminToken })).webhook).toBe('was there');
    expect(notebook().hooks).toHaveLength(1);
    for (const name of await readdir(machine.config.directory, { recursive: true, withFileTypes: true })) {
      if (name.isFile()) expect(await readFile(join(name.parentPath, name.name), 'utf8')).not.toContain(adminToken);
    }
  });

  test('says what follows when our account may not write, or is no member', async () => {
    notebook().collaborators.set('ccci', 'read');
    expect((await enrolIt()).limits.join()).toContain('the server reports there by comments only');
    scene.double.state.organisations.get('recipes')?.delete('ccci');
    expect((await enrolIt()).limits.join()).toContain('ccci is not a member of recipes');
  });

  test('asks for nothing more once the account may write', async () => {
    expect((await enrolIt()).limits).toEqual([]);
  });

  test.each([
    ['https://elsewhere.example.org/recipes/notebook', 'E_ENROLL_URL'],
    ['recipes/notebook', 'E_ENROLL_URL'],
    ['<forge>/recipes', 'E_ENROLL_URL'],
    ['<forge>/recipes/notebook/src', 'E_ENROLL_URL'],
    ['<forge>/recipes/nothing', 'E_FORGE_NOT_FOUND'],
    ['<forge>/recipes/..', 'E_FORGE_NAME'],
  ])('refuses %s', async (url, code) => {
    const options = { config: machine.config, recipe: undefined, adminToken: undefined };
    await expect(enroll(url.replace('<forge>', scene.double.url), options)).rejects.toMatchObject({ code });
    expect(await listed()).toEqual([]);
  });

  test('refuses a name that another repository has, and a second name for one repository', async () => {
    await scene.double.addRepository('recipes', 'wiki');
    await enrolIt();
    await expect(enrolIt({ recipe: 'notebook' }, 'wiki')).rejects.toMatchObject({ code: 'E_ENROLLED' });
    await expect(enrolIt({ recipe: 'other' })).rejects.toMatchObject({ code: 'E_ENROLLED' });
    await expect(enrolIt({ recipe: '../wiki' }, 'wiki')).rejects.toMatchObject({ code: 'E_ENROLL_NAME' });
    expect(await listed()).toHaveLength(1);
  });
});

describe('the list of what is enrolled', () => {
  test('names every mismatch with its file and key, all at once', async () => {
    const repository = { forge: 'git', owner: 'recipes', name: 'notebook' };
    await machine.enrol('a', { repository });
    await machine.enrol('b', { repository: { ...repository, name: 'Notebook' } });
    await machine.enrol('c', { repository: { ...repository, forge: 'gti' } });
    await machine.enrol('Upper Case', { repository: { ...repository, name: 'upper' } });
    await machine.enrol('d', { repositry: repository });
    const { recipes, problems } = await readEnrolmentList(machine.config.recipes, ['git']);
    expect(recipes.map(({ recipe }) => recipe)).toEqual(['a']);
    const where = problems.map((problem) => [problem.where?.file?.split('/').at(-2), problem.where?.key]);
    expect(where.slice(0, 3)).toEqual([
      ['Upper Case', undefined],
      ['b', 'repository'],
      ['c', 'repository.forge'],
    ]);
    expect(where.map(([folder]) => folder)).toContain('d');
    await expect(machine.start()).rejects.toMatchObject({ code: 'E_ENROLMENT', fault: 'usage' });
  });
});

describe('cc-ci serve --check', () => {
  test('finds nothing wrong where nothing is, and starts nothing', async () => {
    await enrolIt();
    expect(await checkConfiguration(machine.config)).toMatchObject({ limits: [], wrong: [], silent: [] });
    expect(await readdir(machine.config.directory)).not.toContain('state');
  });

  test('names a repository that is gone, and one where nobody could give a command', async () => {
    await enrolIt();
    await machine.enrol('gone', { repository: { forge: 'git', owner: 'recipes', name: 'gone' } });
    await configure({ trust: {} });
    const { wrong } = await checkConfiguration(machine.config);
    expect(wrong.join('\n')).toContain('recipes/gone is not on');
    expect(wrong.join('\n')).toContain('trust nobody');
  });

  test('tells a forge that does not answer from one that refuses the token', async () => {
    await configure({ url: 'http://127.0.0.1:1' });
    expect((await checkConfiguration(machine.config)).silent).toHaveLength(1);
    await configure();
    await writeFile(join(machine.config.directory, 'forge-token'), 'wrong');
    expect((await checkConfiguration(machine.config)).wrong.join()).toContain('answered 401');
  });
});
