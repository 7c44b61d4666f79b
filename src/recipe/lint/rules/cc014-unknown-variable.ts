import { usedVariables } from '../look.ts';
import type { LintRule } from '../types.ts';

export const unknownVariable: LintRule = {
  id: 'CC014',
  severity: 'warn',
  needs: 'files',
  title: 'variables of the compose files are in .env.sample',
  fix: 'add the variable to .env.sample (commented out if it is optional), or give it a default',
  check: (context) => {
    const sample = context.recipe.sample;
    const known = new Set([...sample.entries, ...sample.optional].map(({ key }) => key));
    const seen = new Set<string>();
    return usedVariables(context.documents)
      .filter(({ name, hasDefault }) => !hasDefault && !known.has(name) && context.env[name] === undefined)
      .filter(({ name }) => !OPTIONAL.has(name) && !seen.has(name) && seen.add(name))
      .map(({ name, place }) => ({ message: `${name} has no default and .env.sample does not mention it`, place }));
  },
};

/** Empty is their normal value. */
const OPTIONAL = new Set(['EXTRA_DOMAINS', 'LETS_ENCRYPT_ENV']);
