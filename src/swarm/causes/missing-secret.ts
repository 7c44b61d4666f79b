import type { CauseKind } from './cause-kind.ts';

export const missingSecret: CauseKind = {
  code: 'missing-secret',
  fault: 'recipe',
  meaning: 'A service names a secret that the Swarm does not hold.',
  shows: 'the answer of `docker stack deploy`: `secret not found`',
  earliest: 'during the deploy call',
  hint: 'generate or insert the secret first; after a change of its version in `.env.sample` a new one is needed',
  detectRefusal(message) {
    const found = /(?:service (?<service>[^\s:]+): )?secret not found: (?<secret>\S+)/.exec(message);
    if (found === null) return undefined;
    const { service = '', secret } = found.groups ?? {};
    return { service, sentence: `${service === '' ? '' : `${service}: `}the secret ${secret} does not exist` };
  },
};
