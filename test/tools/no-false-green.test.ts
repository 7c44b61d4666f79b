import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FALSE_GREENS } from '../../tools/false-green/catalogue.ts';
import { switchOff } from '../../tools/false-green/run-mutation.ts';
import { FALSE_GREEN_PAGE, renderFalseGreens } from '../../tools/no-false-green.ts';

const root = join(import.meta.dirname, '../..');
const span = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** The numbers of the checklist that concern a run. */
const NUMBERS = [...span(1, 20), 22, ...span(25, 29), ...span(33, 37), 45, 50].filter(
  (number) => ![21, 23, 24].includes(number),
);

const read = (file: string) => readFile(join(root, file), 'utf8');

describe('the catalogue of false greens', () => {
  test('is what docs/no-false-green.md shows (`npm run docs` writes it)', async () => {
    expect(await readFile(FALSE_GREEN_PAGE, 'utf8')).toBe(renderFalseGreens());
  });

  test('holds every number that concerns a run, each once', () => {
    const ids = FALSE_GREENS.map(({ id }) => id);
    const wanted = NUMBERS.map((number) => `RT-${String(number).padStart(2, '0')}`);
    expect(ids.filter((id) => id.startsWith('RT-'))).toEqual(wanted);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each(FALSE_GREENS)('$id names tests that there are', async ({ tests, level }) => {
    const missing: string[] = [];
    for (const { file, name } of tests) if (!(await read(file)).includes(name)) missing.push(`${file}: ${name}`);
    expect(missing).toEqual([]);
    expect(tests.some(({ file }) => file.startsWith('test/engine/'))).toBe(level === 'engine');
  });

  test('switches off guards that stand where it says, by tests that there are', async () => {
    const mutations = FALSE_GREENS.flatMap(({ mutations: own = [] }) => own);
    expect(mutations.length).toBeGreaterThanOrEqual(12);
    for (const mutation of mutations) {
      expect(() => switchOff(mutation, '')).toThrow(/stands there 0 times/);
      const text = await read(mutation.file);
      expect(switchOff(mutation, text)).not.toBe(text);
      expect(await read(mutation.test.file)).toContain(mutation.test.name);
    }
  });
});
