import type { Observation, ObservedNetwork, ObservedService } from '../observation.ts';
import { type CauseKind, evidenceOf, findTaskError, type Signal } from './cause-kind.ts';
import { findOnLine } from './in-order.ts';

export const addressPoolExhausted: CauseKind = {
  code: 'address-pool-exhausted',
  fault: 'infrastructure',
  meaning:
    'A network has no address left for the service, or no range is left for a new network. The Engine shows such a task ' +
    'as `new` for ever, without an error.',
  shows:
    "a task that stays `new`, without an error, while a network of its service has no free address by count; or one that stays `preparing` while the count is above what there is; or a `rejected` task whose error names exhausted addresses; or the CLI's refusal to make a network",
  earliest: '5 s after the task was made; at once when it is rejected or refused',
  hint: 'remove stacks that are no longer needed, or give the network a larger subnet (a /16 for `proxy`)',
  detect(service, stack) {
    const rejected = findTaskError(service, ['rejected'], /ip addresses may be exhausted/);
    if (rejected !== undefined) {
      return signalFor(service, stack, rejected.task.atMs, evidenceOf(rejected.task));
    }
    const networks = networksOf(service, stack);
    const waiting = service.tasks.find(
      ({ state, desiredState }) =>
        desiredState !== 'shutdown' && (state === 'new' || (state === 'preparing' && networks.some(isOverfull))),
    );
    if (waiting === undefined || stack.nowMs - waiting.createdAtMs < stack.policy.newMs) return undefined;
    const full = networks.some((network) => network.free <= 0);
    // Without the counts a missing virtual address is the sign; with them, a full network is the proof.
    const noVirtualIp = service.needsVirtualIp && service.virtualIps === 0;
    if (!full && !(noVirtualIp && stack.nowMs - waiting.createdAtMs >= 5000)) return undefined;
    return signalFor(service, stack, waiting.createdAtMs, [`task ${waiting.id} is still "${waiting.state}"`]);
  },
  detectRefusal(message) {
    const none = /could not find an available, non-overlapping (?:IPv4 )?address pool/.test(message);
    if (!none && findOnLine(message, /address pools? /, /fully subnetted|exhausted/) === undefined) return undefined;
    return { service: '', sentence: 'the Engine has no address range left for a new network' };
  },
};

/**
 * The address of a node's load balancer is taken with the first task there. Where tasks took the last ones before it, the
 * count of what has to be is above what there is, and they prepare for half a minute until they are rejected.
 */
function isOverfull({ free }: ObservedNetwork): boolean {
  return free < 0;
}

function networksOf(service: ObservedService, stack: Observation) {
  return stack.networks.filter((network) => service.networkIds.includes(network.id));
}

function signalFor(service: ObservedService, stack: Observation, atMs: number, evidence: readonly string[]): Signal {
  const networks = networksOf(service, stack);
  const full = networks.find((network) => network.free <= 0);
  return {
    atMs,
    sentence: `${service.service}: ${full === undefined ? 'one of its networks' : `the network ${full.name}`} has no free address left`,
    evidence: [
      ...evidence,
      ...networks.map(
        ({ name, subnet, total, used, free }) => `${name} ${subnet}: ${used} of ${total} addresses used, ${free} free`,
      ),
    ],
  };
}
