import { howToRaise } from '../../config/bounds.ts';
import { engineNotAnswering } from '../../swarm/causes/engine-not-answering.ts';
import type { Fact } from '../types.ts';
import { BOUND_DISK } from './bounds.ts';
import { combine, factsOf, type JudgedCheck, makeCheck } from './checks.ts';
import type { JudgedTier } from './decide.ts';

/**
 * Says of a run that was cut short what was cut: the tier in which it happened names the interruption instead of what is
 * missing because of it, and the tiers behind it were not reached. What had been observed by then stays as it is.
 */
export function markCutShort(facts: readonly Fact[], judged: readonly JudgedTier[]): readonly JudgedTier[] {
  const interrupted = factsOf(facts, 'interrupted').at(0);
  if (interrupted === undefined) return judged;
  const { by, detail, at } = interrupted;
  let cut = false;
  return judged.map((own) => {
    const { planned, rung } = own;
    if (!planned.run || rung.status !== 'unver') return own;
    // Tests that were done, or that there are none of, were not cut.
    if (planned.tier === 'functional' && factsOf(facts, 'tests').length > 0) return own;
    const seen = rung.checks.filter((check) => !isAbsence(check));
    if (seen.length === rung.checks.length && seen.length > 0) return own;
    if (cut) {
      if (seen.some(({ outcome }) => outcome !== 'pass')) return own;
      return { planned, rung: { ...rung, sentence: `not reached: ${detail}`, checks: [] } };
    }
    cut = true;
    const check = makeCheck('interrupted', 'unver', `cut short: ${detail}`, {
      ...(by === 'engine' ? { code: engineNotAnswering.code } : by === 'bound' ? { code: BOUND_DISK } : {}),
      fault: by === 'signal' || by === 'bound' ? 'usage' : 'infrastructure',
      hint: hintOf(by),
      at,
    });
    return { planned, rung: combine([...seen, check], '') };
  });
}

function hintOf(by: 'signal' | 'deadline' | 'engine' | 'bound'): string | undefined {
  if (by === 'deadline') return 'give the run more time with --deadline, or look at what takes it';
  return by === 'bound' ? howToRaise('diskMiB') : undefined;
}

/** What is seen of a run after this says nothing about the app: its services were stopped, and started again. */
const OF_THE_RUN: readonly Fact['fact'][] = ['interrupted', 'teardown', 'leak-scan', 'note'];

/** The facts that count: all of them, but of a run that lost its Engine only those from before that. */
export function beforeEngineLoss(facts: readonly Fact[]): readonly Fact[] {
  const lost = facts.findIndex((fact) => fact.fact === 'interrupted' && fact.by === 'engine');
  return lost === -1 ? facts : facts.filter(({ fact }, index) => index < lost || OF_THE_RUN.includes(fact));
}

/** “Nothing shows that …”: a check that stands for what was not observed, and so has no moment of its own. */
function isAbsence({ outcome, at }: JudgedCheck): boolean {
  return outcome === 'unver' && at === undefined;
}
