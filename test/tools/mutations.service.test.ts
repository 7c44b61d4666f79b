import { expect, test } from 'vitest';
import { FALSE_GREENS } from '../../tools/false-green/catalogue.ts';
import { openMutationBench } from '../../tools/false-green/run-mutation.ts';
import { drawSample, drawsAll } from '../support/draw.ts';

const FULL = drawsAll();
const SAMPLE = 4;

const all = FALSE_GREENS.flatMap(({ id, mutations = [] }) => mutations.map((mutation) => ({ id, mutation })));
const chosen = drawSample(all, {
  suite: 'guards that are switched off',
  nameOf: ({ id, mutation }) => `${id} ${mutation.file}`,
  groupOf: (one) => String(all.indexOf(one) % SAMPLE),
});

test('a guard that is switched off is noticed by its test', { timeout: FULL ? 1_200_000 : 900_000 }, async () => {
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
