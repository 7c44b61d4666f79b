import { readdirSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { askDocker, askOurs, oracle, type StackCase, withFiles } from './compose/oracle.ts';
import { versionProbes } from './compose/versions.ts';

/** Test data in plain text, so that a case reads as it would in a recipe. */
function readCases(name: string, separator: string): string[] {
  const text = readFileSync(new URL(`./compose/cases/${name}`, import.meta.url), 'utf8');
  return text.replace(/\n$/, '').split(separator);
}

/** What Docker takes we take with the same result, what it refuses we refuse. Returns whether it was taken. */
async function compare(stackCase: StackCase): Promise<boolean> {
  const [docker, ours] = await Promise.all([askDocker(stackCase), askOurs(stackCase)]);
  if ('document' in docker) {
    expect(ours).toStrictEqual(docker);
    return true;
  }
  expect(ours, docker.refused).toHaveProperty('refused');
  return false;
}

async function compareAll(
  sets: readonly (readonly string[])[],
  options: Omit<StackCase, 'root' | 'files'>,
): Promise<void> {
  let taken = 0;
  for (const texts of sets) {
    const named = texts.map((text, index) => [`compose.${index}.yml`, text] as const);
    await withFiles(Object.fromEntries(named), async (root) => {
      if (await compare({ root, files: named.map(([name]) => name), ...options })) taken += 1;
    });
  }
  console.log(`compared with docker stack config: ${sets.length} sets, ${taken} taken, ${sets.length - taken} refused`);
}

interface Example {
  readonly name: string;
  readonly root: string;
  readonly sets: readonly (readonly string[])[];
}

/** The stack files of every release of our examples: each alone, and each overlay over its `compose.yml`. */
function examples(): readonly Example[] {
  const top = fileURLToPath(new URL('../../examples', import.meta.url));
  const found = readdirSync(top, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && /^compose\..*yml$/.test(entry.name),
  );
  const roots = [...new Set(found.map((entry) => entry.parentPath))].sort();
  return roots.map((root) => {
    const names = found.filter((entry) => entry.parentPath === root).map(({ name }) => name);
    const overlays = names.includes('compose.yml') ? names.filter((name) => name !== 'compose.yml') : [];
    return {
      name: relative(top, root),
      root,
      sets: [...names.map((name) => [name]), ...overlays.map((name) => ['compose.yml', name])],
    };
  });
}

const env = { HOME: '/home/user' };
const fields = readCases('service-fields.txt', '\n').map((line) => [`services: {a: {image: x, ${line}}}`]);
const files = readCases('files.txt', '\n===\n').map((text) => [text]);
const merges = readCases('merges.txt', '\n===\n').map((set) => set.split('\n---\n'));
// Docker 27 changed its YAML reader and took in a few keys. We follow the newer; what the older sees otherwise is in this file.
const newer = readCases('docker-28.txt', '\n===\n').map((set) => set.split('\n---\n'));
const { major, newest } = await oracle();
const raw = [...fields, ...files, ...merges, ...(major < 28 ? [] : newer)];

describe('the same as docker stack config', { timeout: 300_000 }, () => {
  test('for fields of a service, right and wrong', () => compareAll(fields, { env }));
  test('for whole files, right and wrong', () => compareAll(files, { env }));
  test('for merged files', () => compareAll(merges, { env }));
  test('without interpolation', () => compareAll(raw, { interpolate: false }));

  test('for keys at the version that brought them and the one before', async () => {
    await compareAll(
      versionProbes(newest).map((text) => [text]),
      { env },
    );
  });

  test.each(examples())('for the example $name', async ({ root, sets }) => {
    for (const set of sets)
      await compare({ root, files: set, env: { ...env, STACK_NAME: 's', DOMAIN: 'd.example.com' } });
  });

  if (major >= 28) test('for what Docker 28 reads in another way than before', () => compareAll(newer, { env }));
  else
    console.log(
      `Docker ${major} reads YAML in an older way: ${newer.length} cases of test/recipe/compose/cases/docker-28.txt left out`,
    );
});
