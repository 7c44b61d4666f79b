import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** `recipes/` of this installation: one folder for each enrolled recipe. Undefined where there is none. */
export function enrolledRecipes(): string | undefined {
  for (const up of ['../..', '../../..']) {
    const directory = join(import.meta.dirname, up, 'recipes');
    if (existsSync(directory)) return directory;
  }
  return undefined;
}
