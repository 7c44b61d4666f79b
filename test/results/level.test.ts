import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWon, LADDER, levelOf, type Standing, stepStatus } from '../../src/results/level.ts';
import { RungStatus } from '../../src/results/schema.ts';

const STATUSES = RungStatus.options;

function ladder(...statuses: readonly RungStatus[]): Standing[] {
  return statuses.map((status, index) => ({ level: index + 1, status }));
}

/** Every way in which `length` rungs can end. */
function combinations(length: number): RungStatus[][] {
  if (length === 0) return [[]];
  return combinations(length - 1).flatMap((rest) => STATUSES.map((status) => [...rest, status]));
}

describe('levelOf', () => {
  it.each([
    ['all passed', ladder('pass', 'pass', 'pass', 'pass', 'pass'), 5],
    ['the upgrade failed, all else passed', ladder('pass', 'fail', 'pass', 'pass', 'pass'), 1],
    ['no backup by intention, all else passed', ladder('pass', 'pass', 'skip', 'pass', 'pass'), 5],
    ['the backup is unverified', ladder('pass', 'pass', 'unver', 'pass', 'pass'), 2],
    ['lint is unverified', ladder('pass', 'pass', 'pass', 'pass', 'unver'), 4],
    ['the install failed', ladder('fail', 'unver', 'unver', 'unver', 'pass'), 0],
    ['everything was skipped', ladder('skip', 'skip', 'skip', 'skip', 'skip'), 0],
    ['skips at the top add nothing', ladder('pass', 'skip', 'skip', 'skip', 'skip'), 1],
  ])('%s', (_, rungs, expected) => {
    expect(levelOf(rungs)).toBe(expected);
  });

  it('inflates none of the 1024 ways in which five steps can end', () => {
    const all = combinations(5);
    expect(all).toHaveLength(1024);
    for (const statuses of all) {
      const level = levelOf(ladder(...statuses));
      const firstStop = statuses.findIndex((status) => status === 'fail' || status === 'unver');
      const climbed = firstStop === -1 ? statuses : statuses.slice(0, firstStop);
      expect(level, statuses.join(' ')).toBe(climbed.lastIndexOf('pass') + 1);
    }
  });

  it('never rises when one status gets worse', () => {
    const rank = { pass: 3, skip: 2, unver: 1, fail: 0 } as const;
    const status = fc.constantFrom(...STATUSES);
    fc.assert(
      fc.property(fc.array(status, { minLength: 5, maxLength: 5 }), fc.nat(4), status, (statuses, at, other) => {
        const before = statuses[at] ?? 'fail';
        fc.pre(rank[other] <= rank[before]);
        expect(levelOf(ladder(...statuses.with(at, other)))).toBeLessThanOrEqual(levelOf(ladder(...statuses)));
      }),
    );
  });

  it('does not depend on the order of the rungs', () => {
    const standing = fc.record({ level: fc.integer({ min: 1, max: 5 }), status: fc.constantFrom(...STATUSES) });
    fc.assert(
      fc.property(fc.array(standing), (rungs) => {
        expect(levelOf(rungs.toReversed())).toBe(levelOf(rungs));
      }),
    );
  });

  it('stops at a step that nothing is known of', () => {
    expect(levelOf([])).toBe(0);
    expect(levelOf([{ level: 5, status: 'pass' }])).toBe(0);
    expect(levelOf(ladder('pass', 'pass'))).toBe(2);
  });
});

describe('a step with two tiers', () => {
  it.each([
    ['pass', 'pass', 'pass'],
    ['pass', 'fail', 'fail'],
    ['fail', 'unver', 'fail'],
    ['pass', 'unver', 'unver'],
    ['skip', 'unver', 'unver'],
    ['pass', 'skip', 'skip'],
    ['skip', 'skip', 'skip'],
  ] as const)('backup %s and restore %s make it %s', (backup, restore, expected) => {
    const rungs = [
      { level: 3, status: backup },
      { level: 3, status: restore },
    ];
    expect(stepStatus(rungs, 3)).toBe(expected);
    expect(stepStatus(rungs.toReversed(), 3)).toBe(expected);
  });
});

describe('the ladder', () => {
  it('has the levels 1 to 5 and every tier once', () => {
    expect(LADDER.map((step) => step.level)).toEqual([1, 2, 3, 4, 5]);
    expect(LADDER.flatMap((step) => step.tiers).toSorted()).toEqual([
      'backup',
      'functional',
      'install',
      'lint',
      'restore',
      'upgrade',
    ]);
  });

  it('shows a step above the level as not won, even if it passed', () => {
    const rungs = ladder('pass', 'fail', 'pass', 'pass', 'pass');
    expect([1, 2, 3, 4, 5].filter((step) => isWon({ level: levelOf(rungs), rungs }, step))).toEqual([1]);
  });
});
