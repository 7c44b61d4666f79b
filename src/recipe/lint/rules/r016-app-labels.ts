import { placeOf } from '../look.ts';
import type { LintRule } from '../types.ts';

export const appLabels: LintRule = {
  id: 'R016',
  severity: 'error',
  needs: 'stack',
  title: 'the service app has deploy.labels',
  fix: 'add deploy.labels to app',
  check: (context) => {
    const app = context.all.services['app'];
    if (app === undefined) return { skipped: 'no service is named app; see R009' };
    if (app.deploy?.labels !== undefined) return [];
    return [{ message: 'app has no deploy.labels', place: placeOf(context, 'services', 'app') }];
  },
};
