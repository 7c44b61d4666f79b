import type { LintRule } from '../types.ts';

export const envSample: LintRule = {
  id: 'R008',
  severity: 'error',
  needs: 'files',
  title: '.env.sample exists',
  fix: 'add .env.sample with the settings of the app',
  // A recipe without the file cannot even be read: see readRecipe.
  check: () => [],
};
