import type { BackupPlan } from '../../backup/types.ts';
import type { RecipeSettings } from '../../custom/recipe-settings.ts';
import type { Tier } from '../../results/schema.ts';
import { type PlannedTier, TIERS } from '../types.ts';
import type { BaseAnswer } from './base.ts';

export interface TierQuestion {
  readonly requested: readonly Tier[];
  readonly base: BaseAnswer;
  readonly backup: Pick<BackupPlan, 'capable'>;
  readonly testFiles: number;
  /** `tests/` is there, and nothing in it counts as a test. */
  readonly emptyTests?: boolean;
  /** Rungs that the recipe's settings say it does not have, and why. */
  readonly notApplicable?: RecipeSettings['notApplicable'];
}

/** What a tier stands on. `lint` needs no deployment at all. */
const NEEDS: Readonly<Record<Tier, readonly Tier[]>> = {
  install: [],
  upgrade: ['install'],
  backup: ['install'],
  restore: ['install', 'backup'],
  functional: ['install'],
  lint: [],
};

/** Adds what the asked tiers stand on, in the order of the ladder. */
export function withPrerequisites(requested: readonly Tier[]): Tier[] {
  const wanted = new Set(requested.flatMap((tier) => [tier, ...NEEDS[tier]]));
  return TIERS.filter((tier) => wanted.has(tier));
}

/** Which tiers will run, and for each that will not, why: a fact of the recipe, or nobody asked. Pure. */
export function planTiers(question: TierQuestion): {
  readonly tiers: readonly PlannedTier[];
  readonly partial: boolean;
} {
  const wanted = new Set(withPrerequisites(question.requested));
  const tiers = TIERS.map((tier): PlannedTier => {
    if (!wanted.has(tier)) return { tier, run: false, reason: 'not asked for', intentionalSkip: false };
    const reason = structuralSkip(tier, question);
    if (reason !== undefined) return { tier, run: false, reason, intentionalSkip: true };
    const added = question.requested.includes(tier) ? 'asked for' : 'needed by a tier that was asked for';
    return { tier, run: true, reason: describe(tier, question) ?? added, intentionalSkip: false };
  });
  return { tiers, partial: TIERS.some((tier) => !wanted.has(tier)) };
}

function structuralSkip(tier: Tier, question: TierQuestion): string | undefined {
  const { base, backup, testFiles, emptyTests, notApplicable = {} } = question;
  if (tier === 'upgrade' && base.kind === 'none') return notApplicable.upgrade ?? base.reason;
  if ((tier === 'backup' || tier === 'restore') && !backup.capable) {
    return notApplicable.backup ?? 'no backupbot.backup label is on';
  }
  // Tests of which none was collected are no recipe without tests.
  if (tier === 'functional' && testFiles === 0 && emptyTests !== true) return notApplicable.functional;
  return undefined;
}

/** Says which expectations of the settings are out of date: what can be exercised is, whatever they say. Pure. */
export function staleExpectations(
  tiers: readonly PlannedTier[],
  notApplicable: RecipeSettings['notApplicable'],
): readonly string[] {
  return tiers
    .filter(({ tier, run }) => run && tier in notApplicable)
    .map(({ tier }) => `recipe.yaml says that ${tier} is not applicable, but it can be exercised, and is`);
}

function describe(tier: Tier, { base, testFiles, emptyTests }: TierQuestion): string | undefined {
  if (tier === 'upgrade' && base.kind === 'base') return `from ${base.version}: ${base.reason}`;
  if (tier === 'functional' && emptyTests === true) return 'no file in tests/ is a test by its name or mode: will fail';
  if (tier === 'functional')
    return testFiles === 0
      ? 'the recipe has no tests: will be unverified'
      : `${testFiles} test ${testFiles === 1 ? 'file' : 'files'}`;
  return undefined;
}
