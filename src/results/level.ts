import type { RungStatus, Tier } from './schema.ts';

/** One step of the ladder: what a recipe of this level has proven. */
export interface Step {
  readonly level: number;
  readonly tiers: readonly Tier[];
  readonly name: string;
  readonly proof: string;
}

/** The ladder, lowest step first. Reports, badge and documentation use these words. */
export const LADDER: readonly Step[] = [
  { level: 1, tiers: ['install'], name: 'installs', proof: 'it comes up from nothing and serves' },
  {
    level: 2,
    tiers: ['upgrade'],
    name: 'upgrades',
    proof: 'the previous release moves to this one and keeps its data',
  },
  {
    level: 3,
    tiers: ['backup', 'restore'],
    name: 'restores',
    proof: 'its data survives loss by way of its own backup',
  },
  { level: 4, tiers: ['functional'], name: 'works', proof: 'its own tests pass against the running app' },
  { level: 5, tiers: ['lint'], name: 'is tidy', proof: 'it keeps the rules for recipes' },
];

/** How a tier ended, and the step that it belongs to. */
export interface Standing {
  readonly level: number;
  readonly status: RungStatus;
}

/**
 * How one step of the ladder stands, when several tiers share it (backup and restore). The weakest decides: fail, then
 * unverified; a step passes only if every tier of it passed, so a mix of pass and skip counts as skipped. A step that
 * nothing is known of is unverified, never passed.
 */
export function stepStatus(rungs: readonly Standing[], level: number): RungStatus {
  const statuses = rungs.filter((rung) => rung.level === level).map((rung) => rung.status);
  if (statuses.length === 0) return 'unver';
  if (statuses.includes('fail')) return 'fail';
  if (statuses.includes('unver')) return 'unver';
  return statuses.every((status) => status === 'pass') ? 'pass' : 'skip';
}

/** The level 0–5: the highest passed step whose lower steps all passed or were skipped on purpose. */
export function levelOf(rungs: readonly Standing[]): number {
  let level = 0;
  for (const step of LADDER) {
    const status = stepStatus(rungs, step.level);
    if (status === 'fail' || status === 'unver') break;
    if (status === 'pass') level = step.level;
  }
  return level;
}

/** Whether a step counts towards a level that was reached: it passed, and nothing below it stopped the climb. */
export function isWon(results: { readonly level: number; readonly rungs: readonly Standing[] }, step: number): boolean {
  return step <= results.level && stepStatus(results.rungs, step) === 'pass';
}
