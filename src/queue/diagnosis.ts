import type { Fault } from '../base/errors.ts';
import type { Tier, VerdictName } from '../results/schema.ts';

/** What is run to find whose fault a red verdict is: the same commit again, or what its change was made on. */
export type Subject = 'head' | 'base';

/** How a run ended, as far as it tells whose fault it is. */
export interface Ending {
  readonly verdict: VerdictName;
  readonly fault: Fault | undefined;
  readonly failedTiers: readonly Tier[];
  readonly ms: number;
}

export interface Repeat extends Ending {
  readonly subject: Subject;
}

export type Conclusion =
  /** The commit is red each time, and its base is green. */
  | { readonly kind: 'change' }
  /** Its base is red in the same place. `newly`: tiers that fail only with the change. */
  | { readonly kind: 'base'; readonly newly: readonly Tier[] }
  /** A run came to nothing by a fault of infrastructure; `at` is its place among the repeats. */
  | { readonly kind: 'infrastructure'; readonly at: number }
  /** The same commit is red and green. */
  | { readonly kind: 'flaky'; readonly red: number; readonly runs: number }
  | { readonly kind: 'unclear'; readonly why: Unclear };

export type Unclear =
  /** A repeat was cancelled, or a newer request took its place. */
  | 'stopped'
  /** A repeat came to no verdict by no fault of infrastructure. */
  | 'no-verdict'
  /** The base is red, too, in tiers that the commit passes. */
  | 'elsewhere'
  /** No base was run. */
  | 'no-base'
  /** What is missing would take longer than all may take. */
  | 'no-time';

export type Decision =
  | { readonly next: 'run'; readonly subject: Subject }
  | { readonly next: 'conclude'; readonly conclusion: Conclusion };

/** The same commit is run again so often at most; the base once. */
export const MOST_HEADS = 2;
/** So long may all repeats of one verdict take together: each is reckoned to take what the first run took. Milliseconds. */
export const MOST_MS = 90 * 60_000;

/**
 * What is to be run next to find whose fault a red verdict is, or whose it is. The same commit goes first: one that is green
 * the second time is run a third time, and one that is red again is held against its base. Pure.
 */
export function diagnose(first: Ending, repeats: readonly Repeat[], hasBase: boolean): Decision {
  const heads = repeats.filter(({ subject }) => subject === 'head');
  const base = repeats.find(({ subject }) => subject === 'base');
  const red = 1 + heads.filter((head) => isJudged(head) && head.verdict === 'failure').length;
  const hasGreen = heads.some(({ verdict }) => verdict === 'success');
  const flaky: Conclusion = { kind: 'flaky', red, runs: 1 + heads.filter(isJudged).length };
  const at = repeats.findIndex((repeat) => !isJudged(repeat));
  if (at >= 0) {
    // What was seen twice with two outcomes stays seen, whatever came of a third run.
    if (hasGreen) return conclude(flaky);
    return conclude(lost(repeats[at], at));
  }
  const spent = repeats.reduce((sum, { ms }) => sum + ms, 0);
  const isTime = spent + first.ms <= MOST_MS;
  if (hasGreen) return heads.length < MOST_HEADS && isTime ? run('head') : conclude(flaky);
  if (base !== undefined && heads.length > 0) return conclude(against(first, base));
  if (!isTime) return conclude({ kind: 'unclear', why: 'no-time' });
  if (heads.length > 0 && !hasBase) return conclude({ kind: 'unclear', why: 'no-base' });
  return run(heads.length === 0 ? 'head' : 'base');
}

function isJudged({ verdict, fault }: Ending): boolean {
  return verdict === 'success' || (verdict === 'failure' && fault !== 'infrastructure');
}

function lost(repeat: Repeat | undefined, at: number): Conclusion {
  if (repeat?.verdict === 'cancelled') return { kind: 'unclear', why: 'stopped' };
  return repeat?.fault === 'infrastructure' ? { kind: 'infrastructure', at } : { kind: 'unclear', why: 'no-verdict' };
}

function against(first: Ending, base: Ending): Conclusion {
  if (base.verdict === 'success') return { kind: 'change' };
  const newly = first.failedTiers.filter((tier) => !base.failedTiers.includes(tier));
  // A recipe that cannot be planned fails before any tier.
  const isSamePlace =
    first.failedTiers.length === 0 ? base.failedTiers.length === 0 : newly.length < first.failedTiers.length;
  return isSamePlace ? { kind: 'base', newly } : { kind: 'unclear', why: 'elsewhere' };
}

function run(subject: Subject): Decision {
  return { next: 'run', subject };
}

function conclude(conclusion: Conclusion): Decision {
  return { next: 'conclude', conclusion };
}
