import type { TestTarget } from '../../custom/types.ts';
import type { RunContext } from '../context.ts';

/** What the recipe's tests and the browser may know of this run, and reach. */
export function testTarget({ plan, head }: RunContext): TestTarget {
  return {
    runId: plan.runId,
    recipe: plan.recipe.name,
    stackName: plan.stackName,
    domain: plan.domain,
    version: plan.recipe.version,
    address: plan.edge.address,
    httpsPort: plan.edge.httpsPort,
    authorityFile: plan.edge.authorityFile,
    hosts: plan.hosts.length === 0 ? [plan.domain] : plan.hosts,
    tcpPorts: plan.hostPorts,
    env: head.app.env,
  };
}
