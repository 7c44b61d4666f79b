import { CodedError } from '../../../base/errors.ts';
import { countOf } from '../../../base/text.ts';
import { loadStack } from '../../compose/load.ts';
import type { LintRule } from '../types.ts';

export const typedVariable: LintRule = {
  id: 'CC002',
  severity: 'error',
  needs: 'stack',
  title: 'typed fields hold no variables',
  fix: 'write the value itself: abra checks durations and numbers before it fills in variables',
  check: async ({ recipe, env }) => {
    const files = recipe.composeFiles;
    try {
      await loadStack({ files, root: recipe.dir, env, interpolate: false });
      return [];
    } catch (error: unknown) {
      if (!(error instanceof CodedError)) throw error;
      const place = { file: error.where?.file, line: error.where?.line };
      const others = error.evidence.length === 0 ? '' : ` (and ${countOf(error.evidence.length, 'other place')})`;
      return [{ message: `${error.where?.key ?? ''}: ${error.message}${others}`, place }];
    }
  },
};
