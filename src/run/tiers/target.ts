import type { TestTarget } from '../../custom/types.ts';
import type { RunContext } from '../context.ts';

/** What the recipe's tests and the browser may know of this run, and reach. */
export function testTarget({ plan, head, dependencies, dependent }: RunContext): TestTarget {
  return {
    runId: plan.runId,
    recipe: plan.recipe.name,
    stackName: plan.stackName,
    domain: plan.domain,
    version: plan.recipe.version,
    address: plan.edge.address,
    httpsPort: plan.edge.httpsPort,
    authorityFile: plan.edge.authorityFile,
    hosts: [...(plan.hosts.length === 0 ? [plan.domain] : plan.hosts), ...dependencies.flatMap(({ hosts }) => hosts)],
    tcpPorts: plan.hostPorts,
    env: head.app.env,
    deps: Object.fromEntries(dependencies.map(({ recipe, domain, url, values }) => [recipe, { domain, url, values }])),
    dependent,
  };
}
