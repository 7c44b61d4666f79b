import { randomBytes } from 'node:crypto';
import type { Canary } from './canary.ts';
import { routeCompose } from './route-compose.ts';
import { wrongAnswer } from './sign.ts';

export const canary: Canary = {
  code: 'tls-name-not-covered',
  title: 'a domain two labels below the suffix',
  kind: 'route',
  fault: 'infrastructure',
  sentence: /^the certificate of the proxy does not cover the name in https:/,
  domain: (suffix) => `deep.cny-${randomBytes(3).toString('hex')}.${suffix}`,
  releases: () => [{ 'compose.yml': routeCompose({}) }],
  first: wrongAnswer,
};
