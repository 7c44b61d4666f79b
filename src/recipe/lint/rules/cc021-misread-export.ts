import type { LintRule } from '../types.ts';

export const misreadExport: LintRule = {
  id: 'CC021',
  severity: 'warn',
  needs: 'files',
  title: 'abra reads every export of abra.sh',
  fix: 'write export NAME=v1, without indentation, quotes, dots or slashes',
  check: ({ recipe }) =>
    (recipe.abraSh?.misread ?? []).map(({ name, line }) => ({
      message: `abra does not read the export ${name}, or only its first word`,
      place: { file: 'abra.sh', line },
    })),
};
