import type { ApiTask } from '../../swarm/api-types.ts';
import { shortName, stackServices } from '../../swarm/deploy.ts';
import { STACK_LABEL } from '../../swarm/types.ts';
import type { RunContext } from '../context.ts';
import { factsOf } from '../verdict/checks.ts';

/**
 * One last look at the tasks before the app is removed: a service without a health check may come up, pass, and fall over
 * when nobody waits for it any more. What ended before the app was last seen up has been judged there.
 */
export async function lookWhetherItStayedUp(run: RunContext): Promise<void> {
  const up = factsOf(run.facts.all(), 'converged').at(-1);
  if (up?.convergence.outcome !== 'converged') return;
  const { stackName } = run.plan;
  const [services, tasks] = await Promise.all([
    stackServices(run.engine, stackName),
    run.engine.tasks({ label: [`${STACK_LABEL}=${stackName}`] }),
  ]);
  const nameOf = (id: string) => services.find(({ ID }) => ID === id)?.Spec.Name;
  run.facts.record({
    fact: 'stayed-up',
    moment: up.moment,
    fallen: fallenTasks(tasks, up.at).map((task) => ({
      service: shortName(stackName, nameOf(task.ServiceID) ?? task.ServiceID),
      error: task.Status.Err ?? task.Status.Message ?? task.Status.State,
    })),
  });
}

/** Tasks that failed by themselves after a moment (ISO time). One that the Engine was told to stop has not failed. Pure. */
export function fallenTasks(tasks: readonly ApiTask[], since: string): ApiTask[] {
  return tasks.filter(
    ({ Status }) =>
      (Status.State === 'failed' || Status.State === 'rejected') && Date.parse(Status.Timestamp) > Date.parse(since),
  );
}
