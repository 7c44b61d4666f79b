import type { Fault } from '../../base/errors.ts';
import type { Finding, Tier } from '../../results/schema.ts';
import type { Fact, Plan } from '../types.ts';
import { factsOf } from './checks.ts';

/** How often the app was deployed and updated, made and planned. */
export interface Deploys {
  readonly fresh: number;
  readonly updates: number;
  readonly expectedFresh: number;
  readonly expectedUpdates: number;
}

/** Counts the deploys of a run (design, law 2). */
export function countDeploys(plan: Plan, facts: readonly Fact[]): Deploys {
  const deployed = factsOf(facts, 'deployed');
  const planned = (tier: Tier) => plan.tiers.some((candidate) => candidate.tier === tier && candidate.run);
  return {
    fresh: deployed.filter(({ fresh }) => fresh).length,
    updates: deployed.filter(({ fresh }) => !fresh).length,
    expectedFresh: planned('install') ? 1 : 0,
    expectedUpdates: planned('upgrade') ? 1 : 0,
  };
}

/** Codes of the findings that concern a run as a whole. */
export const WHOLE = {
  residue: 'left-behind',
  dependency: 'dependency-lost',
  noTeardown: 'not-torn-down',
  deploys: 'deploy-count',
  leaks: 'secret-in-artifact',
} as const;

/**
 * What no tier can say: whether the run removed what it made, deployed as often as it should, and kept its secrets. A
 * tier that was not reached deploys less, which is no finding of its own; more than planned always is one.
 */
export function wholeFindings(plan: Plan, facts: readonly Fact[], deploys: Deploys): Finding[] {
  const end = facts.at(-1)?.at ?? plan.createdAt;
  const findings: Finding[] = [];
  const add = (code: string, sentence: string, fault: Fault, hint: string, at: string, evidence: string[] = []) =>
    findings.push({ code, sentence, fault, tier: null, service: null, hint, evidence, at });

  const teardowns = factsOf(facts, 'teardown');
  const residue = teardowns.flatMap((fact) => fact.residue);
  if (residue.length > 0) {
    const at = teardowns.at(-1)?.at ?? end;
    const hint = '`cc-ci clean` tries again; what carries no label of the run has to be removed by whoever made it';
    add(WHOLE.residue, `the run left behind ${residue.join(', ')}`, 'cc-ci', hint, at, residue);
  } else if (teardowns.length === 0) {
    add(
      WHOLE.noTeardown,
      'nothing shows that what the run made was removed',
      'cc-ci',
      '`cc-ci clean` removes what is left of runs that are over',
      end,
    );
  }
  for (const { recipe, sentence, at } of factsOf(facts, 'dependency-lost')) {
    const hint = 'what the app did without it says nothing about the app; its logs lie in dependencies/';
    add(WHOLE.dependency, `the dependency ${recipe} was lost during the run: ${sentence}`, 'infrastructure', hint, at);
  }
  const { fresh, updates, expectedFresh, expectedUpdates } = deploys;
  const cut = facts.some(({ fact }) => fact === 'step-failed' || fact === 'interrupted');
  const came = facts.some((fact) => fact.fact === 'served' || fact.fact === 'converged');
  const fewer = fresh < expectedFresh || (updates < expectedUpdates && hasPassedUpgrade(facts));
  if (fresh > expectedFresh || updates > expectedUpdates || (fewer && came && !cut)) {
    add(
      WHOLE.deploys,
      `deployed ${fresh} times and updated ${updates} times, expected ${expectedFresh} and ${expectedUpdates}`,
      'cc-ci',
      'a run deploys once and updates once; please report this with the run’s directory',
      end,
    );
  }
  const scans = factsOf(facts, 'leak-scan');
  const leaks = scans.flatMap((fact) => fact.leaks);
  if (leaks.length > 0) {
    add(
      WHOLE.leaks,
      `a secret value stands in ${leaks.join(', ')}`,
      faultOfLeaks(leaks),
      'do not publish the artifacts of this run, and give its secrets new values where they are used elsewhere',
      scans.at(-1)?.at ?? end,
      leaks,
    );
  }
  return findings;
}

/** Something was observed after the update that should have taken place. */
function hasPassedUpgrade(facts: readonly Fact[]): boolean {
  return facts.some((fact) => fact.fact === 'moved');
}

/** Plain values we mask in the logs we keep, so one that stands there is our defect; an encoding is the service's own doing, as is what was committed. */
function faultOfLeaks(leaks: readonly string[]): Fault {
  return leaks.every((leak) => /^git history: |^logs\/.*: secret \d+ \((?!plain\))/.test(leak)) ? 'recipe' : 'cc-ci';
}
