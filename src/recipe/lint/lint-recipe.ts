import { append } from '../../base/lists.ts';
import type { Recipe } from '../types.ts';
import { buildContext } from './context.ts';
import { RULES } from './registry.ts';
import type { Catalogue, LintContext, LintFinding, LintRule, RuleAnswer } from './types.ts';

export interface LintOptions {
  /** The version the recipe comes from: some things may only change together with a version. */
  readonly base?: Recipe | undefined;
  /** The published catalogue; rules that need it are skipped without. */
  readonly catalogue?: Catalogue | undefined;
  /** Only these rules; default all. */
  readonly rules?: readonly string[] | undefined;
}

/** Holds a recipe against every rule, abra's and ours: one finding per violation, and one for each rule that has none. */
export async function lintRecipe(recipe: Recipe, options: LintOptions = {}): Promise<LintFinding[]> {
  const context = await buildContext(recipe, options);
  const wanted = options.rules === undefined ? RULES : RULES.filter(({ id }) => options.rules?.includes(id));
  const findings: LintFinding[] = [];
  for (const rule of wanted) append(findings, report(rule, await answer(rule, context)));
  return findings;
}

async function answer(rule: LintRule, context: LintContext): Promise<RuleAnswer> {
  if (rule.needs === 'stack' && context.broken.length > 0) {
    return { skipped: 'the compose files do not load; see CC001' };
  }
  return rule.check(context);
}

function report(rule: LintRule, said: RuleAnswer): LintFinding[] {
  const { id, severity, title, fix } = rule;
  const row = { id, severity, title, hint: fix, file: null, line: null };
  if ('skipped' in said) return [{ ...row, outcome: 'skipped', message: said.skipped }];
  if (said.length === 0) return [{ ...row, outcome: 'satisfied', message: '' }];
  return said.map(({ message, place }) => ({
    ...row,
    outcome: 'violated',
    file: place?.file ?? null,
    line: place?.line ?? null,
    message,
  }));
}
