import type { CauseKind } from './cause-kind.ts';

export const missingNetwork: CauseKind = {
  code: 'missing-network',
  fault: 'recipe',
  meaning: 'The stack uses an external network that this Swarm does not have, or that is local to one host.',
  shows:
    'the answer of `docker stack deploy`: `declared as external, but could not be found`, or `not in the right scope`',
  earliest: 'during the deploy call',
  hint: 'only the network `proxy` is there for every recipe; any other has to be part of the stack',
  detectRefusal(message) {
    const missing = /network "(?<network>[^"]+)" is declared as external, but could not be found/.exec(message);
    if (missing !== null) {
      return { service: '', sentence: `the external network ${missing.groups?.['network']} does not exist` };
    }
    const local =
      /network "(?<network>[^"]+)" is declared as external, but it is not in the right scope: "(?<scope>[^"]+)"/.exec(
        message,
      );
    if (local === null) return undefined;
    const { network, scope } = local.groups ?? {};
    return {
      service: '',
      sentence: `the external network ${network} cannot be used by services: its scope is ${scope}, not the Swarm`,
    };
  },
};
