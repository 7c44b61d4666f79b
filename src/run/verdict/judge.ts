import type { Fault } from '../../base/errors.ts';
import { levelOf } from '../../results/level.ts';
import type { Finding, Rung, Tier, VerdictName } from '../../results/schema.ts';
import type { Fact, Plan, PlannedTier } from '../types.ts';
import { judgeBackup } from './backup.ts';
import { excuseBounds } from './bounds.ts';
import { factsOf, findingOf, type JudgedCheck, type JudgedRung } from './checks.ts';
import { decide, type JudgedTier, sentenceOf } from './decide.ts';
import { judgeFunctional } from './functional.ts';
import { judgeInstall } from './install.ts';
import { beforeEngineLoss, markCutShort } from './interrupted.ts';
import { judgeLint } from './lint.ts';
import { judgeRestore } from './restore.ts';
import { judgeUpgrade } from './upgrade.ts';
import { countDeploys, type Deploys, wholeFindings } from './whole.ts';

/** Where each tier stands on the ladder. Backup and restore share a rung: one without the other is worth nothing. */
export const LEVEL_OF: Readonly<Record<Tier, 1 | 2 | 3 | 4 | 5>> = {
  install: 1,
  upgrade: 2,
  backup: 3,
  restore: 3,
  functional: 4,
  lint: 5,
};

export interface Verdict {
  readonly verdict: VerdictName;
  readonly level: number;
  readonly sentence: string;
  readonly fault: Fault | undefined;
  readonly rungs: readonly Rung[];
  readonly findings: readonly Finding[];
  readonly deploys: Deploys;
  readonly residue: readonly string[];
}

type Judge = (plan: Plan, facts: readonly Fact[]) => JudgedRung;

const JUDGES: Readonly<Record<Tier, Judge>> = {
  install: judgeInstall,
  upgrade: judgeUpgrade,
  backup: judgeBackup,
  restore: judgeRestore,
  functional: (_plan, facts) => judgeFunctional(facts),
  lint: (_plan, facts) => judgeLint(facts),
};

/**
 * The verdict of a run: a pure function of what was planned and what was observed. The same plan and facts give the same
 * verdict for ever; nothing that is rendered later can change it.
 */
export function judge(plan: Plan, observed: readonly Fact[]): Verdict {
  const facts = beforeEngineLoss(observed);
  const judged = markCutShort(
    facts,
    markUnreached(
      facts,
      excuseBounds(
        facts,
        plan.tiers.map((planned) => ({ planned, rung: judgeTier(plan, facts, planned) })),
      ),
    ),
  );
  const rungs = judged.map(
    ({ planned, rung }): Rung => ({
      tier: planned.tier,
      level: LEVEL_OF[planned.tier],
      status: rung.status,
      sentence: rung.sentence,
      ms: 0,
      checks: rung.checks.map(({ name, outcome, sentence, evidence }) => ({ name, outcome, sentence, evidence })),
    }),
  );
  const deploys = countDeploys(plan, facts);
  const ofTiers = collectFindings(plan, facts, judged);
  const ofWhole = wholeFindings(plan, facts, deploys);
  const findings = [...ofTiers, ...ofWhole];
  const residue = factsOf(facts, 'teardown').flatMap((fact) => fact.residue);
  const level = levelOf(rungs);
  const { verdict, leading } = decide(facts, judged, ofTiers, ofWhole);
  return {
    verdict,
    level,
    sentence: sentenceOf(plan, verdict, level, leading),
    fault: leading?.fault,
    rungs,
    findings,
    deploys,
    residue,
  };
}

function judgeTier(plan: Plan, facts: readonly Fact[], planned: PlannedTier): JudgedRung {
  if (!planned.run) return { status: planned.intentionalSkip ? 'skip' : 'unver', sentence: planned.reason, checks: [] };
  return JUDGES[planned.tier](plan, facts);
}

/** The tiers share one deployment: one that was not begun because of an earlier one says so, and nothing else. */
function markUnreached(facts: readonly Fact[], judged: readonly JudgedTier[]): readonly JudgedTier[] {
  let cause: JudgedTier | undefined;
  return judged.map((own) => {
    const { planned, rung } = own;
    if (planned.tier === 'lint' || !planned.run) return own;
    if (cause !== undefined && rung.status === 'unver' && !wasBegun(facts, planned.tier)) {
      const how = cause.rung.status === 'fail' ? 'failed' : 'is unverified';
      return { planned, rung: { ...rung, sentence: `not reached: ${cause.planned.tier} ${how}`, checks: [] } };
    }
    if (rung.status !== 'pass') cause ??= own;
    return own;
  });
}

const FIRST_FACTS: Readonly<Record<Tier, readonly Fact['fact'][]>> = {
  install: ['deployed'],
  upgrade: ['moved'],
  backup: ['snapshot'],
  restore: ['destroyed'],
  functional: ['tests'],
  lint: ['lint'],
};

function wasBegun(facts: readonly Fact[], tier: Tier): boolean {
  return facts.some((fact) => FIRST_FACTS[tier].includes(fact.fact) || ('tier' in fact && fact.tier === tier));
}

function collectFindings(plan: Plan, facts: readonly Fact[], judged: readonly JudgedTier[]): Finding[] {
  const end = facts.at(-1)?.at ?? plan.createdAt;
  const findings: Finding[] = [];
  for (const fact of factsOf(facts, 'step-failed').filter(({ tier }) => tier === undefined)) {
    findings.push({
      code: fact.code,
      sentence: fact.sentence,
      fault: fact.fault,
      tier: null,
      service: null,
      hint: fact.hint ?? null,
      evidence: [...fact.evidence],
      at: fact.at,
    });
  }
  for (const { planned, rung } of judged) {
    const bad = rung.checks.filter(({ outcome }) => outcome === 'fail' || (outcome === 'unver' && planned.run));
    for (const check of bad) {
      if (isConsequence(check, rung, findings)) continue;
      findings.push(findingOf(planned.tier, check, end));
    }
  }
  return findings;
}

/** “Nothing shows that …” after a named failure is its consequence, not a finding of its own. */
function isConsequence(check: JudgedCheck, rung: JudgedRung, before: readonly Finding[]): boolean {
  if (check.outcome !== 'unver' || check.at !== undefined) return false;
  return (
    before.length > 0 ||
    rung.checks.some((other) => other !== check && (other.outcome === 'fail' || other.at !== undefined))
  );
}
