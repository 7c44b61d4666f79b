import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { discoverTests } from '../../src/custom/discover.ts';
import { writeFiles } from './fake-app.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'custom-discover-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('finds test files at any depth and executables at the top, sorted', async () => {
  await writeFiles(join(root, 'tests'), {
    'b.test.ts': '',
    'deep/a.test.js': '',
    'check.sh': '#!/bin/sh',
    'deep/helper.sh': '#!/bin/sh',
    'README.md': '',
    'data.json': '{}',
    'node_modules/x/x.test.js': '',
    '.hidden/y.test.js': '',
  });

  expect(await discoverTests(root)).toEqual({
    source: 'recipe',
    directory: join(root, 'tests'),
    files: [
      { path: 'b.test.ts', kind: 'node' },
      { path: 'check.sh', kind: 'tap' },
      { path: 'deep/a.test.js', kind: 'node' },
    ],
  });
});

test('takes the enrolled tests only when the recipe has none', async () => {
  await writeFiles(root, { 'tests/README.md': '', 'enrolled/a.test.ts': '' });

  expect(await discoverTests(root, join(root, 'enrolled'))).toMatchObject({ source: 'enrolled' });
  await writeFiles(root, { 'tests/own.test.ts': '' });
  expect(await discoverTests(root, join(root, 'enrolled'))).toMatchObject({ source: 'recipe' });
});

test('takes programs of which none is a test for tests of which none was collected (RT-22)', async () => {
  await writeFiles(root, { 'tests/test_app.py': '', 'tests/README.md': '' });
  expect(await discoverTests(root)).toEqual({ source: 'recipe', directory: join(root, 'tests'), files: [] });
});

test('says when there are none', async () => {
  expect(await discoverTests(root, join(root, 'nowhere'))).toEqual({ source: 'none', directory: undefined, files: [] });
});

test.each(['tests', 'tests/link.test.ts', 'tests/deep/fixture'])('refuses a symbolic link at %s', async (path) => {
  if (path !== 'tests') await writeFiles(root, { 'tests/deep/a.test.ts': '' });
  await symlink('/etc', join(root, path));

  await expect(discoverTests(root)).rejects.toMatchObject({ code: 'E_TESTS_LINK', fault: 'recipe' });
});

test('refuses more than the sandbox should be handed', async () => {
  const files = Object.fromEntries(Array.from({ length: 2001 }, (_, index) => [`tests/${index}.txt`, '']));
  await writeFiles(root, files);

  await expect(discoverTests(root)).rejects.toMatchObject({ code: 'E_TESTS_SIZE' });
});
