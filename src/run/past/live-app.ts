import { CodedError } from '../../base/errors.ts';
import type { StatePaths } from '../../config/paths.ts';
import { shortName, stackServices } from '../../swarm/deploy.ts';
import type { Engine } from '../../swarm/engine.ts';
import { type PastRun, type RunState, stateOf } from './read-run.ts';

/** A service of a run's app that the Engine still has. */
export interface RunningService {
  /** The key in the stack file. */
  readonly name: string;
  /** The name in the Swarm. */
  readonly swarmName: string;
  readonly id: string;
}

/** The state of a run whose app is up; `E_NOT_UP` for one that has ended. */
export async function mustBeUp(run: PastRun, paths: StatePaths): Promise<Extract<RunState, 'live' | 'kept'>> {
  const state = await stateOf(paths, run.plan.runId, run.journal);
  if (state === 'live' || state === 'kept') return state;
  throw new CodedError({
    code: 'E_NOT_UP',
    message: `the app of run ${run.plan.runId} is not up: the run ${state === 'closed' ? 'was torn down' : 'was killed'}`,
    fault: 'usage',
    hint: '`cc-ci test --keep` leaves an app up; `cc-ci runs` shows which ones are',
  });
}

/** The services of a run's stack, by name. */
export async function servicesOf(engine: Engine, run: PastRun): Promise<RunningService[]> {
  const { stackName } = run.plan;
  const services = await stackServices(engine, stackName);
  return services
    .map(({ ID: id, Spec: { Name: swarmName } }) => ({ id, swarmName, name: shortName(stackName, swarmName) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The service that was asked for, or `app`, or the only one; `E_SERVICE` names those that there are. Pure. */
export function chooseService<T extends { readonly name: string }>(services: readonly T[], asked?: string): T {
  const wanted = asked ?? (services.length === 1 ? services[0]?.name : 'app');
  const found = services.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  throw new CodedError({
    code: 'E_SERVICE',
    message: asked === undefined ? 'say which service is meant' : `the run has no service ${asked}`,
    fault: 'usage',
    hint: `its services are ${services.map(({ name }) => name).join(', ') || 'gone'}`,
  });
}

/** The container that runs a service's task now; `E_NO_CONTAINER` when none does. */
export async function containerOf(engine: Engine, service: RunningService): Promise<string> {
  const label = [`com.docker.swarm.service.id=${service.id}`];
  const [container] = await engine.containers({ label, status: ['running'] });
  if (container !== undefined) return container.Id;
  throw new CodedError({
    code: 'E_NO_CONTAINER',
    message: `no container of ${service.name} runs at this moment`,
    fault: 'usage',
    hint: '`cc-ci logs` shows why it ended',
  });
}
