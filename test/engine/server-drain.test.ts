import { expect, test } from 'vitest';
import { openBench } from './support/cc-ci.ts';
import { drain, judgeDrain } from './support/drain.ts';

test('two workers drain a queue, one of them is killed: every request ends once, and nothing stays', async () => {
  await using bench = await openBench();
  const log: string[] = [];
  const drained = await drain(bench, {
    recipes: ['static-site', 'relay', 'static-site'],
    tiers: ['install'],
    slots: 1,
    tell: (line) => log.push(line),
  });
  expect(judgeDrain(drained, await bench.runIds()), log.join('\n')).toEqual([]);
  expect(drained.lost).toHaveLength(1);
  expect(await bench.leftovers()).toEqual([]);
});
