import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSettings } from '../../src/config/settings.ts';
import { type Bench, openBench } from './support/cc-ci.ts';
import { footprintTable, growth, readFootprint, settledFootprint } from './support/footprint.ts';
import { meetings, runMany } from './support/many-runs.ts';

/** Each meets its like. Relay has a port of the host, so its runs take turns. `npm run loop` does this with all examples. */
const RECIPES = ['relay', 'static-site', 'relay', 'static-site'];

let bench: Bench;

beforeAll(async () => {
  bench = await openBench();
});

afterAll(() => bench[Symbol.asyncDispose]());

test('four runs, three at a time: all green, none meets another, and the Engine is as it was', async () => {
  const look = () => readFootprint(bench.engine, { network: readSettings().proxyNetwork });
  // The first runs of an Engine fill its caches.
  await runMany(bench, [...new Set(RECIPES)], 2);
  const before = await look();
  const runs = await runMany(bench, RECIPES, 3);
  for (const { recipe, exitCode, results, stderr } of runs) {
    expect(exitCode, `${recipe}: ${stderr}`).toBe(0);
    expect(results, recipe).toMatchObject({ verdict: 'success', level: 5, findings: [], residue: [] });
  }
  expect(runs).toHaveLength(RECIPES.length);
  expect(await meetings(bench)).toEqual([]);
  expect(await bench.leftovers()).toEqual([]);
  const after = await settledFootprint(look, before);
  const table = footprintTable([
    { title: 'before', footprint: before },
    { title: 'after', footprint: after },
  ]);
  process.stdout.write(`${table}\n`);
  expect(growth(before, after)).toEqual([]);
});
