import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Figure, judgeFigure, median, p95 } from '../../bench/figure.ts';
import { inTurns } from '../../bench/measure.ts';
import { renderTable } from '../../bench/table.ts';

const figure: Figure = {
  name: 'full run',
  unit: 's',
  values: [9, 30, 10],
  peer: { name: 'naive', values: [16, 16, 15] },
  bars: [
    { kind: 'at-most', value: 15 },
    { kind: 'ratio', value: 0.8 },
  ],
};

test('a median lies in the middle: as many values below as above', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
      const middle = median(values);
      const below = values.filter((value) => value < middle).length;
      const above = values.filter((value) => value > middle).length;
      expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
    }),
  );
  expect(median([1, 2, 3, 10])).toBe(2.5);
  expect(() => median([])).toThrow('no value was measured');
});

test('a figure of the slowest is the value that 95 of 100 do not exceed', () => {
  const values = Array.from({ length: 40 }, (_, index) => index + 1);
  expect(p95(values)).toBe(38);
  expect(p95([7])).toBe(7);
  expect(() => p95([])).toThrow('no value was measured');
  const slow = judgeFigure({ name: 'pick-up', unit: 'ms', values, by: 'p95', bars: [{ kind: 'at-most', value: 30 }] });
  expect(slow).toMatchObject({ median: 38, checks: [{ ok: false }] });
});

test('a figure is held against each of its bars by medians', () => {
  expect(judgeFigure(figure)).toMatchObject({
    median: 10,
    peerMedian: 16,
    ratio: 0.625,
    checks: [
      { bar: '≤ 15.00 s', ok: true },
      { bar: '≤ 0.8 ×', ok: true },
    ],
  });
  const slow = judgeFigure({ ...figure, values: [14] });
  expect(slow.checks.map(({ ok }) => ok)).toEqual([true, false]);
  const above = judgeFigure({ ...figure, values: [17], bars: [{ kind: 'above-peer', value: 0.5 }] });
  expect(above.checks).toEqual([{ bar: '≤ peer + 0.50 s', ok: false }]);
});

test('a bar that compares is refused without a peer, instead of being passed', () => {
  expect(() => judgeFigure({ ...figure, peer: undefined })).toThrow('needs a peer');
});

test('the table says which figure is over its bar, and which has none', () => {
  const table = renderTable([
    judgeFigure({ ...figure, note: 'all tiers' }),
    judgeFigure({ ...figure, name: 'slow run', values: [14] }),
    judgeFigure({ ...figure, name: 'notebook', peer: undefined, bars: [] }),
  ]);
  expect(table).toMatch(/^full run +10\.00 s +16\.00 s naive +0\.63 × +≤ 15\.00 s, ≤ 0\.8 × +ok +3$/m);
  expect(table).toMatch(/^slow run .* over +1$/m);
  expect(table).toMatch(/^notebook +10\.00 s +reported only +3$/m);
  expect(table).toContain('full run: all tiers');
});

test('rounds change who goes first', async () => {
  const order: string[] = [];
  const note = (name: string) => (round: number) => Promise.resolve(order.push(`${name}${round}`));
  await inTurns(3, note('a'), note('b'));
  expect(order).toEqual(['a0', 'b0', 'b1', 'a1', 'a2', 'b2']);
});
