import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { askDocker, askOurs, type StackCase, withFiles } from './compose/oracle.ts';
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

const env = { HOME: '/home/user' };
const fields = readCases('service-fields.txt', '\n').map((line) => [`services: {a: {image: x, ${line}}}`]);
const files = readCases('files.txt', '\n===\n').map((text) => [text]);
const merges = readCases('merges.txt', '\n===\n').map((set) => set.split('\n---\n'));

describe('the same as docker stack config', { timeout: 120_000 }, () => {
  test('for fields of a service, right and wrong', () => compareAll(fields, { env }));
  test('for whole files, right and wrong', () => compareAll(files, { env }));
  test('for merged files', () => compareAll(merges, { env }));
  test('for merged files without interpolation', () =>
    compareAll([...fields, ...files, ...merges], { interpolate: false }));

  test('for keys at the version that brought them and the one before', async () => {
    await compareAll(
      versionProbes().map((text) => [text]),
      { env },
    );
  });
});
