import type { CauseKind } from './cause-kind.ts';

export const missingConfig: CauseKind = {
  code: 'missing-config',
  fault: 'recipe',
  meaning: 'A service names a config that the Swarm does not hold.',
  shows: 'the answer of `docker stack deploy`: `config not found`',
  earliest: 'during the deploy call',
  hint: 'define the config in the stack, or create the external one first',
  detectRefusal(message) {
    const found = /(?:service (?<service>[^\s:]+): )?config not found: (?<config>\S+)/.exec(message);
    if (found === null) return undefined;
    const { service = '', config } = found.groups ?? {};
    return { service, sentence: `${service === '' ? '' : `${service}: `}the config ${config} does not exist` };
  },
};
