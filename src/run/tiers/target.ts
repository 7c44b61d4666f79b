import type { TestTarget } from '../../custom/types.ts';
import type { Stack } from '../../recipe/compose/types.ts';
import type { RunContext } from '../context.ts';

/** What the recipe's tests and the browser may know of this run, and reach. */
export function testTarget({ plan, head, base, dependencies, dependent }: RunContext): TestTarget {
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
    tcpPorts: [...new Set([head, base].flatMap((app) => (app === undefined ? [] : declaredTcpPorts(app.stack))))],
    env: head.app.env,
    deps: Object.fromEntries(dependencies.map(({ recipe, domain, url, values }) => [recipe, { domain, url, values }])),
    dependent,
  };
}

/** What the gateway does with them, the Engine's word decides: see `readPublishedPorts`. */
function declaredTcpPorts({ services }: Stack): number[] {
  const ports = Object.values(services).flatMap((service) => service.ports ?? []);
  return ports.flatMap(({ protocol = 'tcp', published }) =>
    protocol === 'tcp' && published !== undefined ? [published] : [],
  );
}
