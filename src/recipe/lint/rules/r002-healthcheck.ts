import { placeOf } from '../look.ts';
import type { LintRule } from '../types.ts';

export const healthcheck: LintRule = {
  id: 'R002',
  severity: 'warn',
  needs: 'stack',
  title: 'every service has a health check',
  fix: 'add a healthcheck to the service',
  check: (context) =>
    Object.entries(context.all.services)
      .filter(([, { healthcheck }]) => healthcheck === undefined)
      .map(([service]) => ({
        message: `${service} has no healthcheck`,
        place: placeOf(context, 'services', service),
      })),
};
