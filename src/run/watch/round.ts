import type { Fault } from '../../base/errors.ts';
import type { RungStatus } from '../../results/schema.ts';
import type { Fact, Plan } from '../types.ts';
import { judgeBackup } from '../verdict/backup.ts';
import { combine, factsOf, type JudgedCheck, type JudgedRung, stepFailures } from '../verdict/checks.ts';
import { judgeUp } from '../verdict/deployment.ts';
import { judgeFunctional } from '../verdict/functional.ts';
import { judgeInstall } from '../verdict/install.ts';
import { judgeLint } from '../verdict/lint.ts';
import { judgeRestore } from '../verdict/restore.ts';
import { judgeReached } from '../verdict/upgrade.ts';

export const WATCH_STEPS = ['install', 'update', 'backup', 'restore', 'tests', 'lint'] as const;
export type WatchStep = (typeof WATCH_STEPS)[number];

/** What is wrong, as a run would say it. */
export interface Problem {
  readonly code: string;
  readonly sentence: string;
  readonly fault: Fault;
  readonly hint: string | null;
  readonly evidence: readonly string[];
}

/** What one step of a round gave. */
export interface StepOutcome {
  readonly step: WatchStep;
  readonly status: RungStatus;
  readonly sentence: string;
  readonly ms: number;
  readonly problems: readonly Problem[];
}

/** What a round is about, known before it acts. */
export interface RoundPlan {
  readonly round: number;
  /** ISO time of its beginning. */
  readonly at: string;
  /** The state of the recipe that it speaks of: of all files that git does not ignore. */
  readonly hash: string;
  readonly changed: readonly string[];
  readonly redone: readonly WatchStep[];
  readonly reasons: readonly string[];
}

/** One round: what was done again after a change or on request. No verdict and no level: only a full run gives these. */
export interface Round extends RoundPlan {
  readonly steps: readonly StepOutcome[];
  /** Why nothing could be done: the recipe cannot be read, or Docker would refuse it. */
  readonly broken: Problem | null;
  readonly ms: number;
  /** Every step with its newest outcome, and the round that this is from. */
  readonly standing: readonly { readonly step: WatchStep; readonly status: RungStatus; readonly round: number }[];
}

type JudgeStep = (plan: Plan, facts: readonly Fact[]) => JudgedRung;

const JUDGES: Readonly<Record<WatchStep, JudgeStep>> = {
  install: judgeInstall,
  update: judgeUpdate,
  backup: judgeBackup,
  restore: judgeRestore,
  tests: (_plan, facts) => judgeFunctional(facts),
  lint: (_plan, facts) => judgeLint(facts),
};

/** Judges a step by the facts of its round, as a run judges its tiers. Pure. */
export function judgeStep(step: WatchStep, plan: Plan, facts: readonly Fact[]): Omit<StepOutcome, 'step' | 'ms'> {
  const { status, sentence, checks } = JUDGES[step](plan, facts);
  const failed = checks.filter(({ outcome }) => outcome === 'fail');
  // What could not be seen after a failure follows from it.
  const bad = failed.length > 0 ? failed : checks.filter(({ outcome }) => outcome === 'unver');
  return { status, sentence, problems: bad.map(problemOf) };
}

/** An update of an app that is watched: up again, and as described. It starts from no release, so it proves no upgrade. */
function judgeUpdate(plan: Plan, facts: readonly Fact[]): JudgedRung {
  const moved = factsOf(facts, 'moved').at(-1);
  const checks = [
    ...stepFailures(facts, 'upgrade'),
    ...judgeUp(plan, facts, 'upgrade'),
    ...(moved === undefined ? [] : judgeReached(moved)),
  ];
  return combine(checks, plan.hosts.length === 0 ? 'up, as described' : 'up, as described, and serves');
}

function problemOf({ code, sentence, fault, hint, evidence }: JudgedCheck): Problem {
  return { code, sentence, fault, hint: hint ?? null, evidence };
}
