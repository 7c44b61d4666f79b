import { placeOf } from '../look.ts';
import type { LintRule } from '../types.ts';

export const silentRollback: LintRule = {
  id: 'CC012',
  severity: 'warn',
  needs: 'stack',
  title: 'a failed update shows',
  fix: 'drop order: start-first or failure_action: rollback',
  check: (context) =>
    Object.entries(context.all.services)
      .filter(([, { deploy }]) => deploy?.update_config?.order === 'start-first')
      .filter(([, { deploy }]) => deploy?.update_config?.failure_action === 'rollback')
      .map(([service]) => ({
        message: `when an update of ${service} fails the old task goes on serving and nothing shows it`,
        place: placeOf(context, 'services', service, 'deploy', 'update_config'),
      })),
};
