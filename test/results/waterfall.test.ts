import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Phase } from '../../src/results/schema.ts';
import { layOut, timeShares } from '../../src/results/waterfall.ts';
import { drawWaterfall, renderWaterfall } from '../../src/results/waterfall-svg.ts';
import { elementsOf } from './well-formed.ts';

const phases = fc.array(
  fc.record({
    name: fc.string(),
    tier: fc.constantFrom('install', 'upgrade', null),
    lane: fc.nat(3),
    startMs: fc.integer({ min: -100, max: 10_000 }),
    endMs: fc.integer({ min: -100, max: 10_000 }),
  }) satisfies fc.Arbitrary<Phase>,
);

function phase(name: string, startMs: number, endMs: number, lane = 0, tier: Phase['tier'] = null): Phase {
  return { name, tier, lane, startMs, endMs };
}

describe('layOut', () => {
  it('places every phase once, inside the whole, never over another in its lane', () => {
    fc.assert(
      fc.property(phases, (given) => {
        const { bars, lanes, totalMs } = layOut(given);
        expect(bars.map((bar) => bar.name).toSorted()).toEqual(given.map(({ name }) => name).toSorted());
        for (const [index, bar] of bars.entries()) {
          expect(bar.left).toBeGreaterThanOrEqual(0);
          expect(bar.left + bar.width).toBeLessThanOrEqual(1 + 1e-9);
          expect(bar.startMs + bar.ms).toBeLessThanOrEqual(totalMs);
          expect(bar.lane).toBeLessThan(lanes);
          for (const other of bars.slice(0, index).filter(({ lane }) => lane === bar.lane)) {
            expect(other.startMs + other.ms).toBeLessThanOrEqual(bar.startMs);
          }
        }
      }),
    );
  });

  it('keeps lanes that are free and moves a phase out of one that is not', () => {
    const { bars } = layOut([phase('b', 5, 20), phase('a', 0, 10), phase('c', 6, 7, 1), phase('d', 30, 40)]);
    expect(bars.map(({ name, lane }) => [name, lane])).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
      ['d', 0],
    ]);
  });

  it('gives a few round moments for the axis', () => {
    expect(layOut([phase('a', 0, 24_000)]).ticks).toEqual([0, 5000, 10_000, 15_000, 20_000]);
    expect(layOut([phase('a', 0, 70)]).ticks).toEqual([0, 10, 20, 30, 40, 50, 60, 70]);
    expect(layOut([]).ticks).toEqual([0]);
  });
});

describe('timeShares', () => {
  it('adds up tiers, longest first, and counts for the lowest lane what ran side by side', () => {
    const shares = timeShares([
      phase('deploy', 0, 100, 0, 'install'),
      phase('probe', 50, 120, 1, 'install'),
      phase('screenshot', 90, 150, 2),
      phase('teardown', 150, 350, 1),
      phase('lint', 160, 170, 0, 'lint'),
    ]);
    expect(shares).toEqual([
      { label: 'teardown', tier: null, ms: 190 },
      { label: 'install', tier: 'install', ms: 120 },
      { label: 'screenshot', tier: null, ms: 30 },
      { label: 'lint', tier: 'lint', ms: 10 },
    ]);
  });

  it('counts every moment in which anything ran, and none twice', () => {
    fc.assert(
      fc.property(phases, (given) => {
        const covered = new Set<number>();
        for (const { startMs, endMs } of given) for (let ms = startMs; ms < endMs; ms += 1) covered.add(ms);
        expect(timeShares(given).reduce((sum, { ms }) => sum + ms, 0)).toBe(covered.size);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the drawing', () => {
  it('has a bar and a table row per phase', () => {
    const given = [phase('deploy <b>', 0, 100, 0, 'install'), phase('screenshot', 50, 80, 1)];
    expect(elementsOf(drawWaterfall(layOut(given)).markup).filter((name) => name === 'rect')).toHaveLength(2);
    const page = renderWaterfall(given)?.markup ?? '';
    expect(elementsOf(page).filter((name) => name === 'tr')).toHaveLength(3);
    expect(page).toContain('deploy &lt;b&gt;');
  });

  it('is left out when nothing was timed', () => {
    expect(renderWaterfall([])).toBeUndefined();
  });
});
