import { isRouteless, type RouteCauseKind } from './route-cause.ts';

export const noRouter: RouteCauseKind = {
  code: 'no-router',
  fault: 'recipe',
  meaning: 'The labels are read as they stand, but no rule among them covers the URL that the app is asked at.',
  shows: 'the proxy answers 404 by itself, and the labels, read as Traefik reads them, lead the URL nowhere',
  earliest: 'two looks after the services are up: 3 s',
  hint: 'compare the rule with the domain and with health.path; a router for HTTPS needs `tls` and `web-secure`',
  detect(seen) {
    if (!isRouteless(seen) || seen.problems.some(({ weight }) => weight === 'dropped')) return undefined;
    return {
      service: '',
      sentence: `${seen.url} is not routed (404): no router of the stack covers it`,
      evidence: seen.problems.map(({ service, sentence }) => `${service}: ${sentence}`),
      final: true,
    };
  },
};
