import { glob, mkdir, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mustRun, type ProcessResult, runProcess } from '../../src/base/process.ts';
import { VERBS } from '../../src/cli/verbs.ts';

const root = join(import.meta.dirname, '../..');
const Manifest = z.object({
  version: z.string(),
  dependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()),
});

/** A folder in which the packed package is installed, as `npm install cc-ci-x.y.z.tgz` lays it out, without a registry. */
let place: string;
let version: string;

const installed = (name: string) => join(place, 'node_modules/cc-ci', name);
const ccCi = (...args: string[]): Promise<ProcessResult> =>
  runProcess([join(place, 'node_modules/.bin/cc-ci'), ...args], { cwd: place });

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'cc-ci-package-'));
  const manifest = Manifest.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  ({ version } = manifest);
  await mustRun([join(root, 'tools/node'), join(root, 'tools/build.ts')]);
  await mustRun(['npm', 'pack', '--silent', '--pack-destination', place], { cwd: root });
  await mkdir(installed('.'), { recursive: true });
  const tarball = join(place, `cc-ci-${version}.tgz`);
  await mustRun(['tar', '-xzf', tarball, '--strip-components=1', '-C', installed('.')]);
  await mkdir(join(place, 'node_modules/.bin'));
  await symlink('../cc-ci/cc-ci', join(place, 'node_modules/.bin/cc-ci'));
  // Only what package.json declares: an import of anything else fails here as it would fail for a user.
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    const from = join(root, 'node_modules', name);
    const there = await stat(from).catch(() => undefined);
    if (there === undefined) continue;
    await mkdir(dirname(join(place, 'node_modules', name)), { recursive: true });
    await symlink(from, join(place, 'node_modules', name));
  }
}, 120_000);

afterAll(() => rm(place, { recursive: true, force: true }));

describe('the installed package', () => {
  test('is the version that package.json names', async () => {
    expect(await ccCi('--version')).toMatchObject({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('loads every verb', async () => {
    for (const { name } of VERBS) {
      expect(await ccCi(name, '--help')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(name) });
    }
  });

  test('runs no TypeScript of its own, which Node would refuse', async () => {
    const typescript = await Array.fromAsync(glob('{cc-ci,dist,tools}/**/*.ts', { cwd: installed('.') }));
    expect(typescript).toEqual([]);
  });

  test('lints an example and prints its stack file', async () => {
    const example = installed('examples/sources/static-site/releases/1.0.0');

    expect(await ccCi('lint', example, '--json')).toMatchObject({ stdout: expect.stringContaining('"R008"') });
    expect(await ccCi('config', example, '--env-file', join(example, '.env.sample'))).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('services:'),
    });
  });

  test('finds what it reads at run time: the router, the sandbox kit, the examples', async () => {
    const program = `
      const { readImageContent } = await import(${JSON.stringify(installed('dist/src/edge/image.js'))});
      const { ownFile, ownModule, packageFolder } = await import(${JSON.stringify(installed('dist/src/base/own-files.js'))});
      const { existsSync } = await import('node:fs');
      const { modules, packages } = await readImageContent();
      const wanted = [
        ...['kit/index', 'kit/sandbox-init', 'kit/file-runner', 'kit/photographer'].map((name) => ownModule(name)),
        ownModule('src/backup/canaries/sqlite-child'),
        ...['examples/images', 'examples/sources', 'recipes', 'schema'].map((name) => ownFile(name)),
        packageFolder('playwright-core'),
      ];
      console.log(JSON.stringify({
        missing: wanted.filter((path) => !existsSync(path)),
        entry: modules.has('src/edge/router/main.mjs'),
        left: [...modules.values()].some((code) => /from '[.][^']*[.](?:ts|js)'/.test(code)),
        packages: [...packages.keys()],
      }));`;
    const { stdout } = await mustRun([installed('tools/node'), '--input-type=module', '--eval', program]);

    expect(JSON.parse(stdout)).toEqual({
      missing: [],
      entry: true,
      left: false,
      packages: expect.arrayContaining(['http-proxy-3', 're2js', 'follow-redirects', 'debug', 'ms']),
    });
  });
});
