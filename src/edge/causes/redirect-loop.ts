import type { RouteCauseKind } from './route-cause.ts';

export const redirectLoop: RouteCauseKind = {
  code: 'redirect-loop',
  fault: 'recipe',
  meaning:
    'The app answers with redirects that lead in a circle, or with more than ten in a row. Each of them is an accepted ' +
    'status, but a browser never arrives.',
  shows: 'redirects, followed with the cookies that are set on the way, come back to where they were, twice',
  earliest: 'two looks after the first answer: 2 s',
  hint: 'tell the app its public URL and that TLS ends at the proxy (`X-Forwarded-Proto`)',
  detect({ redirects, url }) {
    if (redirects?.circle !== true) return undefined;
    return {
      service: '',
      sentence: `${url} redirects in a circle: ${redirects.hops.slice(0, 3).join(' → ')}`,
      evidence: redirects.hops,
      final: true,
    };
  },
};
