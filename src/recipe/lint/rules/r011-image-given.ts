import { placeOf } from '../look.ts';
import type { LintRule } from '../types.ts';

export const imageGiven: LintRule = {
  id: 'R011',
  severity: 'error',
  needs: 'stack',
  title: 'every service has an image',
  fix: 'name an image, or drop the overlay that extends a service which no longer exists',
  check: (context) =>
    Object.entries(context.all.services)
      .filter(([, { image }]) => image === undefined || image === '')
      .map(([service]) => ({ message: `${service} has no image`, place: placeOf(context, 'services', service) })),
};
