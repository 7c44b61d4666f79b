import type { Fault } from '../../base/errors.ts';
import { levelOf } from '../../results/level.ts';
import type { Finding, Rung, Tier, VerdictName } from '../../results/schema.ts';
import type { Fact, Plan, PlannedTier } from '../types.ts';
import { judgeBackup } from './backup.ts';
import { factsOf, findingOf, type JudgedCheck, type JudgedRung } from './checks.ts';
import { judgeFunctional } from './functional.ts';
import { judgeInstall } from './install.ts';
import { judgeLint } from './lint.ts';
import { judgeRestore } from './restore.ts';
import { judgeUpgrade } from './upgrade.ts';

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
  readonly deploys: {
    readonly fresh: number;
    readonly updates: number;
    readonly expectedFresh: number;
    readonly expectedUpdates: number;
  };
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
export function judge(plan: Plan, facts: readonly Fact[]): Verdict {
  const judged = markUnreached(
    facts,
    plan.tiers.map((planned) => ({ planned, rung: judgeTier(plan, facts, planned) })),
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
  const findings = collectFindings(plan, facts, judged);
  const deploys = countDeploys(plan, facts);
  const residue = factsOf(facts, 'teardown').flatMap((fact) => fact.residue);
  const level = levelOf(rungs);
  const { verdict, leading } = decide(facts, judged, findings, deploys, residue);
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

interface JudgedTier {
  readonly planned: PlannedTier;
  readonly rung: JudgedRung;
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

function countDeploys(plan: Plan, facts: readonly Fact[]): Verdict['deploys'] {
  const deployed = factsOf(facts, 'deployed');
  const reached = (tier: Tier) => plan.tiers.some((planned) => planned.tier === tier && planned.run);
  return {
    fresh: deployed.filter(({ fresh }) => fresh).length,
    updates: deployed.filter(({ fresh }) => !fresh).length,
    expectedFresh: reached('install') ? 1 : 0,
    expectedUpdates: reached('upgrade') ? 1 : 0,
  };
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

interface Decision {
  readonly verdict: VerdictName;
  readonly leading: { readonly sentence: string; readonly fault: Fault; readonly tier: Tier | null } | undefined;
}

function decide(
  facts: readonly Fact[],
  judged: readonly JudgedTier[],
  findings: readonly Finding[],
  deploys: Verdict['deploys'],
  residue: readonly string[],
): Decision {
  const interrupted = factsOf(facts, 'interrupted').at(0);
  const leftBehind: Decision = {
    verdict: 'failure',
    leading: { sentence: `the run left behind ${residue.join(', ')}`, fault: 'cc-ci', tier: null },
  };
  // Whoever cut the run short: teardown is owed all the same.
  if (interrupted !== undefined && residue.length > 0) return leftBehind;
  if (interrupted?.by === 'signal') {
    return { verdict: 'cancelled', leading: { sentence: interrupted.detail, fault: 'usage', tier: null } };
  }
  const failures = judged.filter(
    ({ planned, rung }) => planned.tier !== 'lint' && planned.run && rung.status === 'fail',
  );
  const leadingFailure = findings.find(
    (finding) => finding.tier === null || failures.some(({ planned }) => planned.tier === finding.tier),
  );
  if (failures.length > 0 && leadingFailure !== undefined) return { verdict: 'failure', leading: leadingFailure };
  if (interrupted !== undefined) {
    return { verdict: 'error', leading: { sentence: interrupted.detail, fault: 'infrastructure', tier: null } };
  }
  if (residue.length > 0) return leftBehind;
  const unverified = judged.filter(
    ({ planned, rung }) =>
      planned.tier !== 'lint' && planned.run && rung.status === 'unver' && !isOnlyMissingTests(facts, planned),
  );
  if (unverified.length > 0) {
    const finding = findings.find(
      ({ tier }) => tier === null || unverified.some(({ planned }) => planned.tier === tier),
    );
    return {
      verdict: 'error',
      leading: finding ?? {
        sentence: unverified[0]?.rung.sentence ?? 'a tier is unverified',
        fault: 'cc-ci',
        tier: unverified[0]?.planned.tier ?? null,
      },
    };
  }
  if (deploys.fresh !== deploys.expectedFresh || deploys.updates !== deploys.expectedUpdates) {
    const sentence = `deployed ${deploys.fresh} times and updated ${deploys.updates} times, expected ${deploys.expectedFresh} and ${deploys.expectedUpdates}`;
    return { verdict: 'failure', leading: { sentence, fault: 'cc-ci', tier: null } };
  }
  if (!judged.some(({ planned }) => planned.run)) {
    return { verdict: 'error', leading: { sentence: 'no tier was run', fault: 'usage', tier: null } };
  }
  const leaks = factsOf(facts, 'leak-scan').flatMap((fact) => fact.leaks);
  if (leaks.length > 0) {
    return {
      verdict: 'failure',
      leading: { sentence: `a secret value stands in ${leaks.join(', ')}`, fault: faultOfLeaks(leaks), tier: null },
    };
  }
  return { verdict: 'success', leading: undefined };
}

/** Plain values we mask in the logs we keep, so one that stands there is our defect; an encoding is the service's own doing. */
function faultOfLeaks(leaks: readonly string[]): Fault {
  return leaks.every((leak) => /^logs\/.*: secret \d+ \((?!plain\))/.test(leak)) ? 'recipe' : 'cc-ci';
}

/** A recipe without tests of its own stays at level 3, but that is no failure of the run. */
function isOnlyMissingTests(facts: readonly Fact[], planned: PlannedTier): boolean {
  return planned.tier === 'functional' && factsOf(facts, 'tests').at(-1)?.report.source === 'none';
}

function sentenceOf(plan: Plan, verdict: VerdictName, level: number, leading: Decision['leading']): string {
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
