import { lintRecipe } from '../../recipe/lint/lint-recipe.ts';
import type { Recipe } from '../../recipe/types.ts';
import type { RunContext } from '../context.ts';
import { takeStep } from './step.ts';

/** Level 5: the recipe's text, on the pristine checkout of the head. Needs no deployment, so it goes beside the first wait. */
export async function lintTier(run: RunContext, base: Recipe | undefined = run.base?.app.recipe): Promise<void> {
  await takeStep(run, 'lint', 'lint', async () => {
    const results = await run.timeline.span('lint', 'lint', () => lintRecipe(run.head.app.recipe, { base }));
    run.facts.record({ fact: 'lint', results });
  });
}
