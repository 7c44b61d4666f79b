import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readOptions } from '../../tools/suite/options.ts';
import { shardCount } from '../../tools/suite/shard-count.ts';
import { summaryLines } from '../../tools/suite/summary.ts';

const GIB = 1024 ** 3;

describe('the number of shards', () => {
  test.each([
    { cores: 2, gib: 22, files: 40, shards: 3 },
    { cores: 2, gib: 6, files: 40, shards: 2 },
    { cores: 16, gib: 120, files: 40, shards: 24 },
    { cores: 16, gib: 120, files: 2, shards: 2 },
    { cores: 1, gib: 1, files: 40, shards: 1 },
  ])('is $shards with $cores cores, $gib GiB and $files files', ({ cores, gib, files, shards }) => {
    expect(shardCount({ cores, availableBytes: gib * GIB, files })).toBe(shards);
  });

  test('is never less than one, and grows with the machine', () => {
    const room = fc.record({ cores: fc.integer({ min: 1, max: 64 }), availableBytes: fc.nat(), files: fc.nat(99) });
    fc.assert(
      fc.property(room, (small) => {
        const count = shardCount(small);
        expect(count).toBeGreaterThanOrEqual(1);
        const larger = { cores: small.cores + 1, availableBytes: small.availableBytes + GIB, files: small.files + 1 };
        expect(shardCount(larger)).toBeGreaterThanOrEqual(count);
      }),
    );
  });
});

describe('what a call of the tests is asked for', () => {
  test('is everything, with the static checks, unless something else is said', () => {
    expect(readOptions([])).toEqual({
      projects: [],
      full: false,
      seed: undefined,
      shards: undefined,
      checks: true,
      since: undefined,
      outcomes: undefined,
      named: false,
      args: [],
    });
  });

  test.each([
    [['test/edge'], ['test/edge']],
    [['--changed'], ['--changed']],
    [['--changed', 'HEAD~3'], ['--changed=HEAD~3']],
    [
      ['-t', 'a name', 'test/edge'],
      ['test/edge', '--testNamePattern=a name'],
    ],
  ])('%j is a part, without the static checks', (argv, args) => {
    expect(readOptions(argv)).toMatchObject({ checks: false, args });
  });

  test('is one project with a number of shards', () => {
    expect(readOptions(['--project', 'engine', '--shards', '2'])).toMatchObject({
      projects: ['engine'],
      shards: 2,
      checks: false,
    });
  });
});

test('the summary tells the slowest, where the time went, and how to draw the same again', () => {
  const timed = (name: string, ms: number) => ({ name, ms });
  const lines = summaryLines({
    outcomes: [
      {
        passed: 2,
        failed: 0,
        notRun: 0,
        files: [timed('a.test.ts', 61_000)],
        tests: [{ ...timed('holds', 900), status: 'passed' }],
      },
    ],
    spans: [timed('set-up', 2000), timed('engine', 60_000)].map(({ name, ms }) => ({ what: name, ms })),
    wholeMs: 62_000,
    engine: { shards: 3, filesMs: 170_000, processorMs: 20_000 },
    processor: { cores: 2, busyMs: 62_000 },
    memoryBytes: 1.5 * GIB,
    seed: 7,
    drawn: ['clock: +1d (1 of 8)'],
  });
  expect(lines.join('\n')).toBe(`
the slowest files
    1 min 01 s  a.test.ts

the slowest tests
        900 ms  holds

time       1 min 02 s: set-up 2.0 s, engine 1 min 00 s
engine     2 min 50 s of tests on 3 shards: 2 min 30 s waiting for the Engine, 20.0 s of processor
processor  busy for 1 min 02 s of 2 cores × 1 min 02 s, whatever ran on this machine
memory     1.5 GiB more than before, at the most

drawn by the seed 7; CC_CI_SEED=7 draws the same again, properties included
  clock: +1d (1 of 8)`);
});
