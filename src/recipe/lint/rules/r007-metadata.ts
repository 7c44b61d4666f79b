import type { LintRule } from '../types.ts';

export const metadata: LintRule = {
  id: 'R007',
  severity: 'warn',
  needs: 'files',
  title: 'the README has its metadata',
  fix: 'fill in the block between <!-- metadata --> and <!-- endmetadata -->',
  check: ({ recipe }) => {
    const fields = recipe.metadata?.fields;
    if (fields === undefined) return [{ message: 'README.md has no metadata block', place: undefined }];
    const missing = EXPECTED.filter((name) => (fields[name] ?? '') === '');
    if (missing.length === 0) return [];
    const place = { file: 'README.md', line: undefined };
    return [{ message: `the metadata lacks ${missing.join(', ')}`, place }];
  },
};

const EXPECTED = ['category', 'status', 'image', 'healthcheck', 'backups', 'email', 'tests', 'sso'];
