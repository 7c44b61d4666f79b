import type { Fact, Moment, Plan } from '../types.ts';
import { factsOf, type JudgedCheck } from './checks.ts';

/** Failures that a dead address explains; a service that ends by itself looks the name up again when it starts anew. */
const EXPLAINED = new Set(['healthcheck-failing', 'not-serving', 'not-routed', 'wrong-status', 'timeout']);

/**
 * Takes back the blame for what our own adaptation may have caused. Without IPVS a name resolves to the addresses of tasks
 * instead of a virtual one, so a client that looks a name up only once keeps a dead address when the task behind it is
 * replaced. On a normal kernel that cannot happen; so it is unverified, and never the recipe's fault.
 */
export function excuseStaleAddresses(
  plan: Plan,
  facts: readonly Fact[],
  moment: Moment,
  checks: readonly JudgedCheck[],
): JudgedCheck[] {
  const suspects = staleClients(plan, facts, moment);
  if (suspects.length === 0) return [...checks];
  return checks.map((check) => {
    if (check.outcome !== 'fail' || !EXPLAINED.has(check.code)) return check;
    if (check.service !== undefined && !suspects.includes(check.service)) return check;
    return {
      ...check,
      outcome: 'unver',
      fault: 'cc-ci',
      sentence: `${check.sentence}; ${suspects.join(', ')} kept running and may know an address that is gone, because this kernel has no virtual ones`,
    };
  });
}

/** Services that kept their tasks while one that they talk to was replaced. */
function staleClients(plan: Plan, facts: readonly Fact[], moment: Moment): string[] {
  const adapted = plan.adaptations.some(({ change }) => change === 'endpoint-mode-dnsrr');
  if (!adapted || moment === 'install') return [];
  const replaced = new Set(
    moment === 'upgrade'
      ? factsOf(facts, 'deployed').findLast((fact) => fact.moment === 'upgrade')?.replaced
      : factsOf(facts, 'destroyed').at(-1)?.stopped,
  );
  return plan.head.clients
    .filter(({ service, of }) => !replaced.has(service) && of.some((other) => replaced.has(other)))
    .map(({ service }) => service);
}
