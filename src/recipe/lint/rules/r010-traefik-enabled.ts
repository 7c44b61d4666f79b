import { placeOf } from '../look.ts';
import type { LintRule } from '../types.ts';

export const traefikEnabled: LintRule = {
  id: 'R010',
  severity: 'error',
  needs: 'stack',
  title: 'a service is routed by Traefik',
  fix: 'add the label traefik.enable=true to the service that serves HTTP',
  check: (context) => {
    if (!context.recipe.sample.entries.some(({ key }) => key === 'DOMAIN')) {
      return { skipped: 'the sample has no DOMAIN, so nothing has to be routed' };
    }
    const routed = Object.values(context.all.services).some(
      ({ deploy }) => deploy?.labels?.['traefik.enable'] === 'true',
    );
    return routed ? [] : [{ message: 'no service has traefik.enable=true', place: placeOf(context, 'services') }];
  },
};
