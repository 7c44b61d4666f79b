import { placeOf } from '../look.ts';
import type { LintRule } from '../types.ts';

export const secretLength: LintRule = {
  id: 'R015',
  severity: 'warn',
  needs: 'stack',
  title: 'secret ids have at most 12 characters',
  fix: 'shorten the id: the whole name may have 64 characters',
  check: (context) =>
    Object.keys(context.all.secrets)
      .filter((id) => id.length > 12)
      .map((id) => ({ message: `the id ${id} has ${id.length} characters`, place: placeOf(context, 'secrets', id) })),
};
