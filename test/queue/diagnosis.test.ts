import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Decision, diagnose, type Ending, MOST_HEADS, MOST_MS, type Repeat } from '../../src/queue/diagnosis.ts';

const ending = (more: Partial<Ending> = {}): Ending => ({
  verdict: 'failure',
  fault: 'recipe',
  failedTiers: ['install'],
  ms: 60_000,
  ...more,
});
const head = (more: Partial<Ending> = {}): Repeat => ({ ...ending(more), subject: 'head' });
const base = (more: Partial<Ending> = {}): Repeat => ({ ...ending(more), subject: 'base' });
const GREEN = { verdict: 'success', fault: undefined, failedTiers: [] } as const;
const BROKEN_HOST = { verdict: 'error', fault: 'infrastructure', failedTiers: [] } as const;
const conclusion = (kind: string, more: object = {}) => ({ next: 'conclude', conclusion: { kind, ...more } });

describe('whose fault a red verdict is', () => {
  test.each<[string, readonly Repeat[], object]>([
    ['begins with the same commit', [], { next: 'run', subject: 'head' }],
    ['goes on with the base', [head()], { next: 'run', subject: 'base' }],
    ['is the change’s', [head(), base(GREEN)], conclusion('change')],
    ['was the base’s before', [head(), base()], conclusion('base', { newly: [] })],
    [
      'is open where the base fails elsewhere',
      [head(), base({ failedTiers: ['backup'] })],
      conclusion('unclear', { why: 'elsewhere' }),
    ],
    ['asks a third time where the second is green', [head(GREEN)], { next: 'run', subject: 'head' }],
    ['is nobody’s where it comes and goes', [head(GREEN), head()], conclusion('flaky', { red: 2, runs: 3 })],
    ['is nobody’s where it came once', [head(GREEN), head(GREEN)], conclusion('flaky', { red: 1, runs: 3 })],
    [
      'keeps what was seen, whatever comes after',
      [head(GREEN), head(BROKEN_HOST)],
      conclusion('flaky', { red: 1, runs: 2 }),
    ],
    ['is the infrastructure’s', [head(BROKEN_HOST)], conclusion('infrastructure', { at: 0 })],
    ['is the infrastructure’s in the base, too', [head(), base(BROKEN_HOST)], conclusion('infrastructure', { at: 1 })],
    ['is open where it was cancelled', [head({ verdict: 'cancelled' })], conclusion('unclear', { why: 'stopped' })],
    [
      'is open where a run says nothing',
      [head({ verdict: 'error', fault: 'usage' })],
      conclusion('unclear', { why: 'no-verdict' }),
    ],
  ])('%s', (_what, repeats, expected) => {
    expect(diagnose(ending(), repeats, true)).toEqual(expected);
  });

  test('is open without a base', () => {
    expect(diagnose(ending(), [head()], false)).toEqual(conclusion('unclear', { why: 'no-base' }));
  });

  test('is not looked for longer than it may take', () => {
    expect(diagnose(ending({ ms: MOST_MS + 1 }), [], true)).toEqual(conclusion('unclear', { why: 'no-time' }));
    expect(diagnose(ending({ ms: MOST_MS / 2 }), [head({ ms: MOST_MS })], true)).toEqual(
      conclusion('unclear', { why: 'no-time' }),
    );
  });

  test('is told to take too long whether or not there is a base', () => {
    const long = [head({ ms: MOST_MS })];
    expect(diagnose(ending(), long, false)).toEqual(diagnose(ending(), long, true));
  });

  test('names what fails only with the change', () => {
    const first = ending({ failedTiers: ['upgrade', 'backup'] });
    expect(diagnose(first, [head(), base({ failedTiers: ['backup'] })], true)).toEqual(
      conclusion('base', { newly: ['upgrade'] }),
    );
  });
});

const anyEnding = fc.record<Ending>({
  verdict: fc.constantFrom('success', 'failure', 'error', 'cancelled'),
  fault: fc.constantFrom('recipe', 'image', 'infrastructure', 'cc-ci', undefined),
  failedTiers: fc.subarray(['install', 'upgrade', 'backup', 'lint']),
  ms: fc.integer({ min: 0, max: MOST_MS }),
});

/** All that is run for one red verdict, with ends that come as they like, and what follows from them. */
function search(first: Ending, ends: readonly Ending[], hasBase: boolean): { repeats: Repeat[]; last: Decision } {
  const repeats: Repeat[] = [];
  for (const end of ends) {
    const decision = diagnose(first, repeats, hasBase);
    if (decision.next === 'conclude') return { repeats, last: decision };
    repeats.push({ ...end, subject: decision.subject });
  }
  return { repeats, last: diagnose(first, repeats, hasBase) };
}

describe('whatever the repeats come to', () => {
  const holds = (check: (found: { repeats: Repeat[]; kind: string; first: Ending; hasBase: boolean }) => void) =>
    fc.assert(
      fc.property(
        anyEnding,
        fc.array(anyEnding, { minLength: 5, maxLength: 5 }),
        fc.boolean(),
        (some, ends, hasBase) => {
          const first: Ending = { ...some, verdict: 'failure', fault: 'recipe' };
          const { repeats, last } = search(first, ends, hasBase);
          expect(last.next).toBe('conclude');
          if (last.next === 'conclude') check({ repeats, kind: last.conclusion.kind, first, hasBase });
        },
      ),
      { numRuns: 2000 },
    );
  const of = (repeats: readonly Repeat[], subject: string) => repeats.filter((repeat) => repeat.subject === subject);

  test('it ends within its budget', () => {
    holds(({ repeats, first, hasBase }) => {
      expect(of(repeats, 'head').length).toBeLessThanOrEqual(MOST_HEADS);
      expect(of(repeats, 'base').length).toBeLessThanOrEqual(hasBase ? 1 : 0);
      const before = repeats.slice(0, -1).reduce((sum, { ms }) => sum + ms, 0);
      if (repeats.length > 0) expect(before + first.ms).toBeLessThanOrEqual(MOST_MS);
    });
  });

  test('a change is blamed only with a base that is green and a commit that is red again, each time it is run', () => {
    holds(({ repeats, kind }) => {
      if (kind !== 'change') return;
      expect(of(repeats, 'base').map(({ verdict }) => verdict)).toEqual(['success']);
      expect(new Set(of(repeats, 'head').map(({ verdict }) => verdict))).toEqual(new Set(['failure']));
    });
  });

  test('a base is blamed only where it is red in a tier that is red in the commit, and so is the commit again', () => {
    holds(({ repeats, kind, first }) => {
      if (kind !== 'base') return;
      const tiers = of(repeats, 'base').flatMap(({ failedTiers }) => failedTiers);
      const shared = first.failedTiers.filter((tier) => tiers.includes(tier));
      expect(shared.length > 0 || first.failedTiers.length + tiers.length === 0).toBe(true);
      expect(of(repeats, 'base').map(({ verdict }) => verdict)).toEqual(['failure']);
      expect(new Set(of(repeats, 'head').map(({ verdict }) => verdict))).toEqual(new Set(['failure']));
    });
  });

  test('flaky is only what was seen both ways', () => {
    holds(({ repeats, kind }) => {
      const isGreen = of(repeats, 'head').some(({ verdict }) => verdict === 'success');
      expect(kind === 'flaky').toBe(isGreen);
    });
  });

  test('a fault of infrastructure never becomes the recipe’s', () => {
    holds(({ repeats, kind }) => {
      const isBroken = ({ verdict, fault }: Repeat) =>
        fault === 'infrastructure' && (verdict === 'failure' || verdict === 'error');
      if (repeats.some(isBroken)) expect(['infrastructure', 'flaky']).toContain(kind);
      if (kind === 'infrastructure') expect(repeats.some(isBroken)).toBe(true);
    });
  });
});
