import type { CauseKind } from './cause-kind.ts';

export const missingNetwork: CauseKind = {
  code: 'missing-network',
  fault: 'recipe',
  meaning: 'The stack uses an external network that does not exist on this Swarm.',
  hint: 'only the network `proxy` is there for every recipe; any other has to be part of the stack',
  detectRefusal(message) {
    const found = /network "(?<network>[^"]+)" is declared as external, but could not be found/.exec(message);
    if (found === null) return undefined;
    return { service: '', sentence: `the external network ${found.groups?.['network']} does not exist` };
  },
};
