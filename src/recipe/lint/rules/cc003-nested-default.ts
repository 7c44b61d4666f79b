import { rawStrings } from '../look.ts';
import type { LintRule } from '../types.ts';

export const nestedDefault: LintRule = {
  id: 'CC003',
  severity: 'error',
  needs: 'files',
  title: 'defaults hold no variables',
  fix: 'give a plain default, or require the variable in .env.sample',
  check: ({ documents }) =>
    rawStrings(documents)
      .filter(({ text }) => NESTED.test(text.replaceAll('$$', '')))
      .map(({ text, place }) => ({ message: `the default inside ${text} is not filled in`, place })),
};

const NESTED = /\$\{\w+:?-[^}]*\$[{\w]/;
