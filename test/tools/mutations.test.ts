import { expect, test } from 'vitest';
import { shortHash } from '../../src/base/ids.ts';
import { FALSE_GREENS } from '../../tools/false-green/catalogue.ts';
import { openMutationBench } from '../../tools/false-green/run-mutation.ts';

const FULL = process.env['CC_CI_FULL'] === '1';
const SAMPLE = 4;

const seed = Number(process.env['CC_CI_SEED'] ?? Date.now() % 100_000);
const all = FALSE_GREENS.flatMap(({ id, mutations = [] }) => mutations.map((mutation) => ({ id, mutation })));
const order = (index: number) => shortHash(`${seed}/${index}`, 8);
const drawn = all.map((one, index) => ({ ...one, rank: order(index) })).toSorted((a, b) => (a.rank < b.rank ? -1 : 1));
const chosen = FULL ? all : drawn.slice(0, SAMPLE);
process.stdout.write(`guards that are switched off, seed ${seed}: ${chosen.map(({ id }) => id).join(', ')}\n`);

test('a guard that is switched off is noticed by its test', { timeout: FULL ? 1_200_000 : 240_000 }, async () => {
  await using bench = await openMutationBench();
  const outcomes: Record<string, string> = {};
  for (const { id, mutation } of chosen) {
    const before = await bench.run(mutation.test);
    const after = await bench.tryOut(mutation);
    outcomes[`${id} ${mutation.file}: ${mutation.guard.trim()}`] = `${before}, then ${after}`;
  }
  expect(new Set(Object.values(outcomes)), JSON.stringify(outcomes, undefined, 2)).toEqual(
    new Set(['passed, then failed']),
  );
});
