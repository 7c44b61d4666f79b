import type { LintRule } from '../types.ts';

export const annotatedTags: LintRule = {
  id: 'R014',
  severity: 'error',
  needs: 'files',
  title: 'version tags are annotated',
  fix: 'make the tag again with git tag -a',
  check: ({ recipe }) =>
    recipe.tags
      .filter(({ annotated }) => !annotated)
      .map(({ version }) => ({ message: `the tag ${version.text} is lightweight`, place: undefined })),
};
