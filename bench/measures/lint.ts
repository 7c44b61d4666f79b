import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { lintRecipe } from '../../src/recipe/lint/lint-recipe.ts';
import { readRecipe } from '../../src/recipe/read-recipe.ts';
import { ROOT } from '../cc-ci.ts';
import type { Measure } from '../measure.ts';

/** Reading and linting the largest recipe there is, in this process. */
export const lint: Measure = {
  name: 'lint',
  about: 'reading and linting the largest recipe of the corpus (CC_CI_CORPUS), else of the examples',
  async take(bench) {
    const corpus = process.env['CC_CI_CORPUS'] ?? '';
    const largest = await largestRecipe(corpus === '' ? join(ROOT, 'examples') : join(corpus, 'recipes'));
    const values: number[] = [];
    let rules = 0;
    for (let round = 0; round < (bench.rounds ?? 10); round += 1) {
      const started = performance.now();
      const findings = await lintRecipe(await readRecipe(largest.dir, { name: basename(largest.dir) }));
      values.push(performance.now() - started);
      rules = new Set(findings.map(({ id }) => id)).size;
    }
    return [
      {
        name: `lint of ${basename(largest.dir)}`,
        unit: 'ms',
        values,
        bars: [{ kind: 'at-most', value: 150 }],
        note: `${largest.files} compose files with ${largest.bytes} bytes, ${rules} rules; the first time ${Math.round(values[0] ?? 0)} ms`,
      },
    ];
  },
};

interface Sized {
  readonly dir: string;
  readonly files: number;
  readonly bytes: number;
}

/** The recipe with most bytes of compose files, overlays included. */
async function largestRecipe(parent: string): Promise<Sized> {
  const entries = await readdir(parent, { withFileTypes: true });
  const sized = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map(async ({ name }) => sizeOf(join(parent, name))),
  );
  const [largest] = sized.toSorted((a, b) => b.bytes - a.bytes);
  if (largest === undefined || largest.files === 0) throw new Error(`${parent} holds no recipe`);
  return largest;
}

async function sizeOf(dir: string): Promise<Sized> {
  const files = (await readdir(dir)).filter((file) => /^compose.*\.ya?ml$/.test(file));
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(dir, file))).size));
  return { dir, files: files.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
