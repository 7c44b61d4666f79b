import type { LintRule } from '../types.ts';

export const publishedVersion: LintRule = {
  id: 'R006',
  severity: 'warn',
  needs: 'files',
  title: 'the catalogue has a version of the recipe',
  fix: 'publish a release',
  check: ({ recipe, catalogue }) => {
    if (catalogue === undefined) return { skipped: 'needs the published catalogue; give it with --catalogue' };
    if ((catalogue[recipe.name]?.versions ?? []).length > 0) return [];
    return [{ message: `the catalogue has no version of ${recipe.name}`, place: undefined }];
  },
};
