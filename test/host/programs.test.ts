import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findProgram } from '../../src/host/setup/file-facts.ts';
import { ENGINE, findEither, PROGRAMS, packagesFor } from '../../src/host/setup/programs.ts';
import { majorVersion } from '../support/set-up/oracle-cli.ts';

describe('packages', () => {
  test('each package is asked for once, in a fixed order', () => {
    const tool = (program: string, name: string) => ({ program, package: name, purpose: 'a test' });
    expect(packagesFor([tool('setpriv', 'util-linux'), tool('git', 'git'), tool('flock', 'util-linux')])).toEqual([
      'git',
      'util-linux',
    ]);
    expect(packagesFor([])).toEqual([]);
  });

  test('the Engine is none of the programs that are always installed', () => {
    expect(PROGRAMS.map(({ package: name }) => name)).not.toContain(ENGINE.package);
  });
});

describe('finding a program', () => {
  test('takes the first runnable file of the path, and no other file', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'cc-ci-host-'));
    try {
      await writeFile(join(directory, 'tool'), '#!/bin/sh\n');
      const path = `/nonexistent::${directory}`;

      expect(await findProgram('tool', path)).toBeUndefined();
      await chmod(join(directory, 'tool'), 0o755);
      expect(await findProgram('tool', path)).toBe(join(directory, 'tool'));
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});

test('of two programs that do the same the lighter one is taken, and either will do', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cc-ci-host-'));
  try {
    const browser = { program: 'browser', lighter: 'shell', package: 'shell', purpose: 'a test' };
    const add = (name: string) => writeFile(join(directory, name), '#!/bin/sh\n', { mode: 0o755 });

    expect(await findEither(browser, directory)).toBeUndefined();
    await add('browser');
    expect(await findEither(browser, directory)).toBe(join(directory, 'browser'));
    await add('shell');
    expect(await findEither(browser, directory)).toBe(join(directory, 'shell'));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

describe('the version of a Docker CLI', () => {
  test.each([
    ['Docker version 26.1.5+dfsg1, build a72d7cd\n', 26],
    ['Docker version 20.10.24+dfsg1, build 297e128', 20],
    ['podman version 4.3.1', 0],
    ['', 0],
  ])('%j is %d', (text, major) => {
    expect(majorVersion(text)).toBe(major);
  });
});
