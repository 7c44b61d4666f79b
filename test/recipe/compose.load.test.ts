import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CodedError } from '../../src/base/errors.ts';
import { loadStack, rawDocuments } from '../../src/recipe/compose/load.ts';
import { variablesIn } from '../../src/recipe/compose/template.ts';
import { withFiles } from './compose/oracle.ts';

/** The error of loading `compose.yml` (and overlays), or undefined when it loads. */
async function refusal(
  files: Readonly<Record<string, string>>,
  options: { readonly interpolate?: boolean } = {},
): Promise<CodedError | undefined> {
  return withFiles(files, (root) =>
    refusalIn(
      root,
      Object.keys(files).filter((name) => name.endsWith('.yml')),
      options,
    ),
  );
}

async function refusalIn(
  root: string,
  files: readonly string[],
  options: { readonly interpolate?: boolean } = {},
): Promise<CodedError | undefined> {
  try {
    await loadStack({ root, files, env: {}, ...options });
    return undefined;
  } catch (error: unknown) {
    if (error instanceof CodedError) return error;
    throw error;
  }
}

describe('an error names its place', () => {
  test('file, line, column, key, what was expected, and what to do', async () => {
    const text = 'version: "3.8"\nservices:\n  app:\n    image: x\n    helthcheck:\n      retries: 3\n    tty: 5\n';
    const error = await refusal({ 'compose.yml': text });
    expect(error).toMatchObject({
      code: 'E_COMPOSE_SCHEMA',
      fault: 'recipe',
      where: { file: 'compose.yml', line: 5, column: 5, key: 'services.app.helthcheck' },
      hint: 'did you mean healthcheck?',
      evidence: ['compose.yml:7:5: services.app.tty must be a boolean, not an integer'],
    });
  });

  test('in the overlay, not in the base', async () => {
    const overlay = 'version: "3.8"\nservices: {app: {ports: ["80:x"]}}\n';
    const error = await refusal({
      'compose.a.yml': 'version: "3.8"\nservices: {app: {image: x}}\n',
      'compose.b.yml': overlay,
    });
    expect(error?.where).toMatchObject({ file: 'compose.b.yml', line: 2, key: 'services.app.ports[0]' });
  });

  test('behind an anchor, where the value stands', async () => {
    const text = 'x-base: &base\n  image: x\n  tty: perhaps\nservices:\n  app:\n    <<: *base\n';
    expect((await refusal({ 'compose.yml': text }))?.where).toMatchObject({
      line: 3,
      column: 3,
      key: 'services.app.tty',
    });
  });

  test.each([
    [
      'a key that came with a later version',
      'version: "3.8"\nservices: {a: {healthcheck: {start_interval: 1s}}}',
      'needs format version 3.12',
    ],
    [
      'a required variable',
      'services: {a: {image: "${TAG:?choose one}"}}',
      'needs the variable TAG, which is not set: choose one',
    ],
    ['files of different versions', 'version: "3.7"\nservices: {}', 'is 3.7, but the first stack file has 3.8'],
    ['a missing env file', 'services: {a: {image: x, env_file: no.env}}', 'names a file that does not exist: no.env'],
  ])('%s', async (name, text, sentence) => {
    const first = name.startsWith('files') ? { 'compose.0.yml': 'version: "3.8"\nservices: {}' } : {};
    expect((await refusal({ ...first, 'compose.yml': text }))?.message).toContain(sentence);
  });
});

describe('nothing outside the checkout is read', () => {
  const outside = '/etc/hostname';

  test.each([
    ['an env file', `services: {a: {image: x, env_file: ${outside}}}`],
    ['an env file by a relative path', 'services: {a: {image: x, env_file: ../../../../../../etc/hostname}}'],
    ['a config file', `services: {}\nconfigs: {c: {file: ${outside}}}`],
    ['a secret file that does not exist', 'services: {}\nsecrets: {s: {file: ../no/such}}'],
    ['a file behind a symlink', 'services: {}\nconfigs: {c: {file: link}}'],
    ['a symlink that leads nowhere yet', 'services: {}\nconfigs: {c: {file: later}}'],
    ['a symlink to itself', 'services: {}\nconfigs: {c: {file: loop}}'],
    ['a file below a symlink', 'services: {}\nconfigs: {c: {file: way/hostname}}'],
  ])('%s', async (_name, text) => {
    await withFiles({ 'compose.yml': text }, async (root) => {
      await symlink(outside, join(root, 'link'));
      await symlink('/etc', join(root, 'way'));
      await symlink('/no/such/place', join(root, 'later'));
      await symlink('loop', join(root, 'loop'));
      expect(await refusalIn(root, ['compose.yml'])).toMatchObject({ code: 'E_OUTSIDE_CHECKOUT', fault: 'recipe' });
    });
  });

  test('a stack file, by path and by symlink', async () => {
    await withFiles({ 'other.yml': 'services: {}' }, async (other) => {
      await withFiles({}, async (root) => {
        await symlink(join(other, 'other.yml'), join(root, 'compose.yml'));
        expect(await refusalIn(root, ['compose.yml'])).toMatchObject({ code: 'E_OUTSIDE_CHECKOUT' });
        expect(await refusalIn(root, [join(other, 'other.yml')])).toMatchObject({ code: 'E_OUTSIDE_CHECKOUT' });
      });
    });
  });

  test('while symlinks inside it are followed', async () => {
    await withFiles(
      { 'compose.yml': 'services: {a: {image: x, env_file: sub/link.env}}', 'a.env': 'A=1' },
      async (root) => {
        await mkdir(join(root, 'sub'));
        await symlink('../a.env', join(root, 'sub/link.env'));
        const stack = await loadStack({ root, files: ['compose.yml'], env: {} });
        expect(stack.services['a']?.environment).toStrictEqual({ A: '1' });
      },
    );
  });
});

test('a variable in a typed field is taken with interpolation and refused without, as abra does', async () => {
  const files = { 'compose.yml': 'services: {a: {image: x, healthcheck: {interval: "${I:-5m}"}}}' };
  expect(await refusal(files)).toBeUndefined();
  expect(await refusal(files, { interpolate: false })).toMatchObject({ code: 'E_COMPOSE_SCHEMA' });
});

test('a few kilobytes of aliases do not expand without end', async () => {
  const levels = Array.from(
    { length: 12 },
    (_, index) => `x-${index + 1}: &a${index + 1} [${Array(10).fill(`*a${index}`).join(', ')}]`,
  );
  const error = await refusal({ 'compose.yml': ['x-0: &a0 [x]', ...levels, 'services: {}'].join('\n') });
  expect(error).toMatchObject({ code: 'E_COMPOSE_YAML', message: expect.stringContaining('too many values') });
});

test('raw documents keep variables and know the place of each value', async () => {
  const text = 'secrets:\n  db:\n    external: true\n    name: ${STACK_NAME}_db_${SECRET_DB_VERSION:-v1}\n';
  await withFiles({ 'compose.yml': text }, async (root) => {
    const [document] = await rawDocuments({ root, files: ['compose.yml'] });
    const name = '${STACK_NAME}_db_${SECRET_DB_VERSION:-v1}';
    expect(document?.value).toStrictEqual({ secrets: { db: { external: true, name } } });
    expect(document?.locate(['secrets', 'db', 'name'])).toStrictEqual({ line: 4, column: 5 });
    expect(variablesIn(name)).toStrictEqual(['STACK_NAME', 'SECRET_DB_VERSION']);
  });
});

test('a stack file in a folder resolves paths from there', async () => {
  await withFiles({}, async (root) => {
    await mkdir(join(root, 'sub'));
    await writeFile(join(root, 'sub/compose.yml'), 'services: {}\nconfigs: {c: {file: ../top.conf}}');
    const stack = await loadStack({ root, files: ['sub/compose.yml'], env: {} });
    expect(stack.configs['c']?.file).toBe(join(root, 'top.conf'));
  });
});
