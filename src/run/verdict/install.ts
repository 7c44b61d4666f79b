import type { Fact, Plan } from '../types.ts';
import { combine, type JudgedRung, stepFailures } from './checks.ts';
import { judgeUp } from './deployment.ts';

/** Level 1: the app came up from nothing and answers. */
export function judgeInstall(plan: Plan, facts: readonly Fact[]): JudgedRung {
  const version = plan.base?.version ?? plan.recipe.version;
  return combine(
    [...stepFailures(facts, 'install'), ...judgeUp(plan, facts, 'install')],
    plan.hosts.length > 0
      ? `${version} installs and serves`
      : `${version} installs${plan.probes.tcp.length > 0 ? ' and listens' : ' and runs; it has no address to ask'}`,
  );
}
