import type { Fault } from '../../base/errors.ts';
import type { Check, Finding, RungStatus, Tier } from '../../results/schema.ts';
import type { Fact, Observation } from '../types.ts';

/** A check with what a finding needs when it did not pass. */
export interface JudgedCheck extends Check {
  readonly code: string;
  readonly fault: Fault;
  readonly hint: string | undefined;
  readonly service: string | undefined;
  readonly at: string | undefined;
}

export interface JudgedRung {
  readonly status: RungStatus;
  readonly sentence: string;
  readonly checks: readonly JudgedCheck[];
}

interface CheckDetails {
  readonly code?: string;
  readonly fault?: Fault;
  readonly hint?: string | undefined;
  readonly service?: string | undefined;
  readonly at?: string | undefined;
  readonly evidence?: readonly string[];
}

/** Makes a check; the code defaults to its name in kebab case. */
export function makeCheck(
  name: string,
  outcome: RungStatus,
  sentence: string,
  details: CheckDetails = {},
): JudgedCheck {
  return {
    name,
    outcome,
    sentence,
    evidence: [...(details.evidence ?? [])],
    code: details.code ?? name.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase(),
    fault: details.fault ?? 'recipe',
    hint: details.hint,
    service: details.service,
    at: details.at,
  };
}

/**
 * A rung from its checks: one failure fails it, one unverified check leaves it unverified, and no check at all is no
 * evidence, so unverified too (design, law 5).
 */
export function combine(checks: readonly JudgedCheck[], passed: string): JudgedRung {
  const failed = checks.find(({ outcome }) => outcome === 'fail');
  if (failed !== undefined) return { status: 'fail', sentence: failed.sentence, checks };
  const unverified = checks.find(({ outcome }) => outcome === 'unver');
  if (unverified !== undefined) return { status: 'unver', sentence: unverified.sentence, checks };
  if (!checks.some(({ outcome }) => outcome === 'pass')) {
    return { status: 'unver', sentence: 'nothing was observed', checks };
  }
  return { status: 'pass', sentence: passed, checks };
}

/** The facts of one kind, in the order they were made. */
export function factsOf<K extends Observation['fact']>(
  facts: readonly Fact[],
  kind: K,
): (Fact & Extract<Observation, { readonly fact: K }>)[] {
  return facts.filter((fact): fact is Fact & Extract<Observation, { readonly fact: K }> => fact.fact === kind);
}

/** The finding a failed or unverified check leaves behind. */
export function findingOf(tier: Tier, check: JudgedCheck, at: string): Finding {
  return {
    code: check.code,
    sentence: check.sentence,
    fault: check.fault,
    tier,
    service: check.service ?? null,
    hint: check.hint ?? null,
    evidence: check.evidence,
    at: check.at ?? at,
  };
}

/** The steps of a tier that threw: each is a check that shows the error as it was. */
export function stepFailures(facts: readonly Fact[], tier: Tier): JudgedCheck[] {
  return factsOf(facts, 'step-failed')
    .filter((fact) => fact.tier === tier)
    .map((fact) =>
      // What we or the host failed at says nothing about the recipe: unverified, never failed.
      makeCheck(fact.step, fact.fault === 'recipe' || fact.fault === 'image' ? 'fail' : 'unver', fact.sentence, {
        code: fact.code,
        fault: fact.fault,
        hint: fact.hint,
        evidence: fact.evidence,
        at: fact.at,
      }),
    );
}
