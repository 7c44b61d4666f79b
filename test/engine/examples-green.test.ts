import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawsAll } from '../support/draw.ts';
import { type Bench, openBench } from './support/cc-ci.ts';

/** The other two are in every sample of many runs at once. */
const EXAMPLES = drawsAll() ? ['static-site', 'notebook', 'wiki', 'relay'] : ['notebook', 'wiki'];

let bench: Bench;

beforeAll(async () => {
  bench = await openBench();
});

afterAll(() => bench[Symbol.asyncDispose]());

test.each(EXAMPLES)('%s reaches level 5 with one fresh deploy and one update, and leaves nothing', async (name) => {
  const { exitCode, results, stderr } = await bench.test([bench.example(name)]);
  expect(exitCode, stderr).toBe(0);
  expect(results).toMatchObject({
    verdict: 'success',
    level: 5,
    findings: [],
    residue: [],
    deploys: { fresh: 1, updates: 1, expectedFresh: 1, expectedUpdates: 1 },
    flags: { cleanTeardown: true, noSecretLeak: true },
  });
  expect(results?.canaries.length).toBeGreaterThan(0);
  expect(await bench.leftovers()).toEqual([]);
});
