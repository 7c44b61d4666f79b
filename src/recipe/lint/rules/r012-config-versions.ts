import { placeOf } from '../look.ts';
import type { LintRule } from '../types.ts';

export const configVersions: LintRule = {
  id: 'R012',
  severity: 'error',
  needs: 'stack',
  title: 'abra.sh exists where configs are used',
  fix: 'add abra.sh with an export of each config version',
  check: (context) => {
    if (context.recipe.abraSh !== undefined) return [];
    return Object.entries(context.all.services)
      .filter(([, { configs }]) => (configs ?? []).length > 0)
      .map(([service]) => ({
        message: `${service} uses configs, but there is no abra.sh`,
        place: placeOf(context, 'services', service, 'configs'),
      }));
  },
};
