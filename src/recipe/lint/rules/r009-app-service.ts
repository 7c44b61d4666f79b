import { placeOf } from '../look.ts';
import type { LintRule } from '../types.ts';

export const appService: LintRule = {
  id: 'R009',
  severity: 'error',
  needs: 'stack',
  title: 'a service is named app',
  fix: 'name the main service app',
  check: (context) =>
    context.all.services['app'] === undefined
      ? [{ message: 'no service is named app', place: placeOf(context, 'services') }]
      : [],
};
