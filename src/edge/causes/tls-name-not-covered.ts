import type { RouteCauseKind } from './route-cause.ts';

export const tlsNameNotCovered: RouteCauseKind = {
  code: 'tls-name-not-covered',
  fault: 'infrastructure',
  meaning:
    'The certificate of the proxy does not cover the name of the app. A wildcard covers one label only: `*.ci.test` covers ' +
    '`app.ci.test` and not `a.app.ci.test`.',
  shows: 'the TLS handshake fails: no name in the certificate is that of the app',
  earliest: 'two looks after the services are up: 3 s',
  hint: 'choose a domain directly below the suffix that set-up was given',
  detect({ answer, url }) {
    if (answer.error !== 'ERR_TLS_CERT_ALTNAME_INVALID') return undefined;
    return {
      service: '',
      sentence: `the certificate of the proxy does not cover the name in ${url}`,
      evidence: [answer.error],
      final: true,
    };
  },
};
