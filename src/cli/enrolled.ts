import { existsSync } from 'node:fs';
import { ownFile } from '../base/own-files.ts';

/**
 * One folder for each enrolled recipe: what `CC_CI_RECIPES` names, as a server's workers do for their runs, else `recipes/`
 * of this installation. Undefined where there is none.
 */
export function enrolledRecipes(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const directory = env['CC_CI_RECIPES'] || ownFile('recipes');
  return existsSync(directory) ? directory : undefined;
}
