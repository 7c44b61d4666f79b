import type { AppAccess } from '../../custom/app-access.ts';
import { shortName, stackServices } from '../../swarm/deploy.ts';
import { execInService } from '../../swarm/exec.ts';
import { serviceLogs } from '../../swarm/logs.ts';
import { readPublishedPorts } from '../../swarm/published-ports.ts';
import type { RunContext } from '../context.ts';

/** What broker and gateway may do: this stack's services and nothing else. */
export function appAccess(run: RunContext): AppAccess {
  const { engine, plan, signal } = run;
  const services = async () =>
    (await stackServices(engine, plan.stackName)).map((service) => ({
      id: service.ID,
      name: shortName(plan.stackName, service.Spec.Name),
    }));
  return {
    services: async () => (await services()).map(({ name }) => name),
    exec: (service, argv, options) =>
      execInService(engine, { stackName: plan.stackName, service }, argv, { ...options, signal }),
    async logs(service, tail) {
      const found = (await services()).find(({ name }) => name === service);
      return found === undefined ? '' : serviceLogs(engine, found.id, { tail, signal });
    },
    published: () => readPublishedPorts(engine, plan.stackName),
  };
}
