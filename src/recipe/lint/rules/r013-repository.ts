import type { LintRule } from '../types.ts';

export const repository: LintRule = {
  id: 'R013',
  severity: 'warn',
  needs: 'files',
  title: 'the catalogue knows the repository',
  fix: 'ask for the recipe to be added to the catalogue',
  check: ({ recipe, catalogue }) => {
    if (catalogue === undefined) return { skipped: 'needs the published catalogue; give it with --catalogue' };
    if (catalogue[recipe.name] !== undefined) return [];
    return [{ message: `the catalogue does not know ${recipe.name}`, place: undefined }];
  },
};
