import type { Fault } from '../../base/errors.ts';
import type { Finding, Tier, VerdictName } from '../../results/schema.ts';
import { engineNotAnswering } from '../../swarm/causes/engine-not-answering.ts';
import type { Fact, Plan, PlannedTier } from '../types.ts';
import { factsOf, type JudgedRung } from './checks.ts';
import { WHOLE } from './whole.ts';

export interface JudgedTier {
  readonly planned: PlannedTier;
  readonly rung: JudgedRung;
}

interface Decision {
  readonly verdict: VerdictName;
  readonly leading: { readonly sentence: string; readonly fault: Fault; readonly tier: Tier | null } | undefined;
}

/**
 * Decides what a run comes to, and what leads its sentence. What a tier showed comes before what concerns the run as a
 * whole; but nothing of the latter is compatible with success.
 */
export function decide(
  facts: readonly Fact[],
  judged: readonly JudgedTier[],
  ofTiers: readonly Finding[],
  ofWhole: readonly Finding[],
): Decision {
  const whole = (code: string) => ofWhole.find((finding) => finding.code === code);
  const interrupted = factsOf(facts, 'interrupted').at(0);
  const residue = whole(WHOLE.residue);
  // Whoever cut the run short: teardown is owed all the same, as long as there is an Engine to remove things from.
  if (interrupted !== undefined && interrupted.by !== 'engine' && residue !== undefined)
    return { verdict: 'failure', leading: residue };
  if (interrupted?.by === 'signal') {
    return { verdict: 'cancelled', leading: { sentence: interrupted.detail, fault: 'usage', tier: null } };
  }
  const lost = whole(WHOLE.dependency);
  if (lost !== undefined) return { verdict: 'error', leading: lost };
  const counted = judged.filter(({ planned }) => planned.tier !== 'lint' && planned.run);
  const failures = counted.filter(({ rung }) => rung.status === 'fail');
  const failure = ofTiers.find(({ tier }) => failures.some(({ planned }) => planned.tier === tier));
  if (failures.length > 0) return { verdict: 'failure', leading: failure ?? ofSentence(failures[0]) };
  if (interrupted !== undefined) {
    // What a run took beyond its bound is nothing that the host lacks.
    const fault = interrupted.by === 'bound' ? 'usage' : 'infrastructure';
    return { verdict: 'error', leading: { sentence: interrupted.detail, fault, tier: null } };
  }
  // An Engine that is gone removes nothing, however it is asked: what it still holds is for the next run's janitor.
  const gone = ofTiers.find(({ code }) => code === engineNotAnswering.code);
  if (residue !== undefined && gone !== undefined) return { verdict: 'error', leading: gone };
  if (residue !== undefined) return { verdict: 'failure', leading: residue };
  const unverified = counted.filter(
    ({ planned, rung }) => rung.status === 'unver' && !isOnlyMissingTests(facts, planned),
  );
  // What failed outside of any tier leaves a gap that no tier knows of: whatever they say, that is no success.
  const outside = ofTiers.find(({ tier }) => tier === null);
  if (outside !== undefined) return { verdict: 'error', leading: outside };
  if (unverified.length > 0) {
    const finding = ofTiers.find(({ tier }) => unverified.some(({ planned }) => planned.tier === tier));
    return { verdict: 'error', leading: finding ?? ofSentence(unverified[0]) };
  }
  const deploys = whole(WHOLE.deploys);
  if (deploys !== undefined) return { verdict: 'failure', leading: deploys };
  if (!judged.some(({ planned }) => planned.run)) {
    return { verdict: 'error', leading: { sentence: 'no tier was run', fault: 'usage', tier: null } };
  }
  const leaks = whole(WHOLE.leaks);
  if (leaks !== undefined) return { verdict: 'failure', leading: leaks };
  const noTeardown = whole(WHOLE.noTeardown);
  if (noTeardown !== undefined) return { verdict: 'error', leading: noTeardown };
  return { verdict: 'success', leading: undefined };
}

function ofSentence(judged: JudgedTier | undefined): NonNullable<Decision['leading']> {
  return {
    sentence: judged?.rung.sentence ?? 'a tier is unverified',
    fault: 'cc-ci',
    tier: judged?.planned.tier ?? null,
  };
}

/** A recipe without tests of its own stays at level 3, but that is no failure of the run. */
function isOnlyMissingTests(facts: readonly Fact[], planned: PlannedTier): boolean {
  return planned.tier === 'functional' && factsOf(facts, 'tests').at(-1)?.report.source === 'none';
}

/** The one line to read. */
export function sentenceOf(plan: Plan, verdict: VerdictName, level: number, leading: Decision['leading']): string {
  const name = `${plan.recipe.name} ${plan.recipe.version}`;
  const whose: Readonly<Record<Fault, string>> = {
    recipe: 'the recipe’s fault',
    image: 'the image’s fault',
    infrastructure: 'the infrastructure’s fault',
    'cc-ci': 'a fault of cc-ci',
    usage: 'nobody’s fault',
  };
  if (verdict === 'success') return `${name} reached level ${level}${plan.partial ? ' in a partial run' : ''}`;
  if (verdict === 'cancelled') return `${name}: cancelled, ${leading?.sentence ?? 'on request'}`;
  const tier = leading?.tier === null || leading === undefined ? '' : `${leading.tier}: `;
  return `${name}: ${tier}${leading?.sentence ?? 'unverified'} (${whose[leading?.fault ?? 'cc-ci']})`;
}
