import type { Fact } from '../types.ts';
import { factsOf, type JudgedCheck, makeCheck } from './checks.ts';

/** Whether what was planted is there at a moment at which it has to be. */
export function judgeSurvival(
  facts: readonly Fact[],
  moment: 'after-upgrade' | 'after-restore',
  code: string,
  verb: string,
): JudgedCheck[] {
  const planted = factsOf(facts, 'planted').at(-1);
  if (planted === undefined)
    return [makeCheck('data survived', 'unver', 'nothing was planted that could be looked for')];
  // Data that could carry nothing of ours may be lost without anybody noticing: that is no evidence, not a pass.
  const unproven = planted.problems.map((problem) =>
    makeCheck('data survived', 'unver', problem, { code: 'data-unproven', fault: 'cc-ci', at: planted.at }),
  );
  if (planted.canaries.length === 0) return unproven;
  const seen = factsOf(facts, 'canaries').findLast((fact) => fact.moment === moment);
  if (seen === undefined) return [makeCheck('data survived', 'unver', 'the planted data was not looked for')];
  const expected =
    moment === 'after-restore'
      ? new Set(factsOf(facts, 'restored').at(-1)?.expected ?? [])
      : new Set(planted.canaries.map(({ id }) => id));
  const checks = planted.canaries
    .filter(({ id }) => expected.has(id))
    .map((canary) => {
      const check = seen.checks.find(({ id }) => id === canary.id);
      if (check === undefined) return makeCheck('data survived', 'unver', `${canary.where} was not looked for`);
      if (check.found) return makeCheck('data survived', 'pass', canary.where);
      return makeCheck('data survived', 'fail', `${verb} ${withDetail(canary.where, check.detail)}`, {
        code,
        service: canary.service,
        at: seen.at,
      });
    });
  return [...unproven, ...checks];
}

/** Whether the app has data that something of ours was planted in. */
export function hasPlanted(facts: readonly Fact[]): boolean {
  return (factsOf(facts, 'planted').at(-1)?.canaries.length ?? 0) > 0;
}

/** What a check says begins with the place where it looked; it is named once. */
export function withDetail(where: string, detail: string): string {
  return detail.startsWith(`${where}: `) ? detail : `${where}: ${detail}`;
}

/** Where a canary was planted, for people. */
export function plantedWhere(facts: readonly Fact[], id: string): string {
  return (
    factsOf(facts, 'planted')
      .flatMap(({ canaries }) => canaries)
      .find((canary) => canary.id === id)?.where ?? id
  );
}
