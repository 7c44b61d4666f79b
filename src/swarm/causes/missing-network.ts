import { type CauseKind, evidenceOf } from './cause-kind.ts';
import { findInOrder } from './in-order.ts';

const NOT_JOINED = /could not find (?:a )?network|network \S+ not found|not manually attachable/i;

const IN_SCOPE = /^, but it is not in the right scope: "(?<scope>[^"]+)"/;

export const missingNetwork: CauseKind = {
  code: 'missing-network',
  fault: 'recipe',
  meaning:
    'The stack uses an external network that this Swarm does not have, or that is local to one host. Where a network was lost ' +
    'after the deploy, that is the infrastructure’s fault.',
  shows:
    'the answer of `docker stack deploy`: `declared as external, but could not be found`, or `not in the right scope`; a task ' +
    'that is `rejected` because its network cannot be joined',
  earliest: 'during the deploy call; the second rejection',
  hint: 'only the network `proxy` is there for every recipe; any other has to be part of the stack',
  explains: ['task-rejected', 'start-failed'],
  detect(service, stack) {
    const failed = service.tasks.filter(
      ({ state, error }) => (state === 'rejected' || state === 'failed') && NOT_JOINED.test(error),
    );
    const [first] = failed;
    // Once may be a race with the network's arrival on the node; the next task then joins it.
    if (first === undefined || failed.length < stack.policy.rejections) return undefined;
    return {
      atMs: first.atMs,
      sentence: `${service.service}: a network of it cannot be joined: ${first.error}`,
      evidence: evidenceOf(first),
      fault: 'infrastructure',
    };
  },
  detectRefusal(message) {
    const missing = /network "(?<network>[^"]+)" is declared as external, but could not be found/.exec(message);
    if (missing !== null) {
      return { service: '', sentence: `the external network ${missing.groups?.['network']} does not exist` };
    }
    const local = findInOrder(message, /network "(?<network>[^"]+)" is declared as external/, IN_SCOPE);
    if (local === undefined) return undefined;
    const { network, scope } = local.groups;
    return {
      service: '',
      sentence: `the external network ${network} cannot be used by services: its scope is ${scope}, not the Swarm`,
    };
  },
};
