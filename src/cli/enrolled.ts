import { existsSync } from 'node:fs';
import { ownFile } from '../base/own-files.ts';

/** `recipes/` of this installation: one folder for each enrolled recipe. Undefined where there is none. */
export function enrolledRecipes(): string | undefined {
  const directory = ownFile('recipes');
  return existsSync(directory) ? directory : undefined;
}
