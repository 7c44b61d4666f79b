import { waitServing } from '../../edge/wait-serving.ts';
import type { Stack } from '../../recipe/compose/types.ts';
import type { ApiContainer, ApiTask } from '../../swarm/api-types.ts';
import { shortName, stackServices } from '../../swarm/deploy.ts';
import { isEngineStatus } from '../../swarm/engine-http.ts';
import { type ImagePin, STACK_LABEL } from '../../swarm/types.ts';
import type { RunContext } from '../context.ts';
import type { Fact, ImageDrift, Observation } from '../types.ts';
import { factsOf } from '../verdict/checks.ts';

/** An app that is restarting a worker is not one that has stopped; after so long it is. */
const ANSWER_MS = 5000;

/**
 * One last look before the app is removed: a service without a health check may come up, pass, and fall over when nobody
 * waits for it any more; an app may stop to answer while its tasks run on; and a tag that was moved during the run may have
 * put another image there than the one the results name. What was seen before that has been judged at its moment.
 */
export async function lookWhetherItStayedUp(run: RunContext): Promise<void> {
  const up = factsOf(run.facts.all(), 'converged').at(-1);
  if (up?.convergence.outcome !== 'converged') return;
  const { stackName } = run.plan;
  const label = [`${STACK_LABEL}=${stackName}`];
  const [services, tasks, containers, lastAnswer] = await Promise.all([
    stackServices(run.engine, stackName),
    run.engine.tasks({ label }),
    runningContainers(run, label),
    askOnceMore(run, up.moment),
  ]);
  const nameOf = (id: string) => shortName(stackName, services.find(({ ID }) => ID === id)?.Spec.Name ?? id);
  const { stack } = up.moment === 'install' ? (run.base ?? run.head) : run.head;
  run.facts.record({
    fact: 'stayed-up',
    moment: up.moment,
    fallen: fallenTasks(tasks, up.at).map((task) => ({
      service: nameOf(task.ServiceID),
      error: task.Status.Err ?? task.Status.Message ?? task.Status.State,
    })),
    lastAnswer,
    drifted: driftedImages(stackName, stack, containers, latestPins(run.facts.all())),
  });
}

/** Tasks that failed by themselves after a moment (ISO time). One that the Engine was told to stop has not failed. Pure. */
export function fallenTasks(tasks: readonly ApiTask[], since: string): ApiTask[] {
  return tasks.filter(
    ({ Status }) =>
      (Status.State === 'failed' || Status.State === 'rejected') && Date.parse(Status.Timestamp) > Date.parse(since),
  );
}

/** Containers whose image is not the one their service's reference was pinned to last (RT-50). Pure. */
export function driftedImages(
  stackName: string,
  stack: Stack,
  containers: readonly Pick<ApiContainer, 'Image' | 'Config'>[],
  pins: readonly ImagePin[],
): ImageDrift[] {
  return containers.flatMap(({ Image: running, Config }) => {
    const service = shortName(stackName, Config.Labels?.['com.docker.swarm.service.name'] ?? '');
    const reference = stack.services[service]?.image ?? '';
    const pinned = pins.find((pin) => pin.reference === reference)?.imageId;
    return pinned === undefined || pinned === running ? [] : [{ service, reference, pinned, running }];
  });
}

/** What each reference was known to be when it was looked at last. */
function latestPins(facts: readonly Fact[]): ImagePin[] {
  const pins = factsOf(facts, 'images').flatMap((fact) => fact.pins);
  return [...new Map(pins.map((pin) => [pin.reference, pin])).values()];
}

async function runningContainers(run: RunContext, label: readonly string[]): Promise<ApiContainer[]> {
  const present = await run.engine.containers({ label });
  const running = present.filter(({ State }) => State === 'running');
  // One that has ended in between has no image worth a look. Any other answer that does not come is not a good one.
  const looked = await Promise.all(
    running.map(({ Id }) =>
      run.engine.container(Id).catch((error: unknown) => {
        if (isEngineStatus(error, 404)) return undefined;
        throw error;
      }),
    ),
  );
  return looked.filter((container) => container !== undefined);
}

type LastAnswer = Extract<Observation, { readonly fact: 'stayed-up' }>['lastAnswer'];

/** Asks an app that served at its last moment whether it still does. */
async function askOnceMore({ plan, facts, signal }: RunContext, moment: string): Promise<LastAnswer> {
  const served = factsOf(facts.all(), 'served').findLast((fact) => fact.moment === moment);
  if (served?.ok !== true) return undefined;
  const { healthPath: path, healthOk: accepted } = plan.probes;
  const serving = await waitServing(plan.edge, { host: plan.domain, path, accepted, timeoutMs: ANSWER_MS, signal });
  const last = serving.answers.at(-1);
  const seen = last === undefined ? 'nothing' : String(last.status ?? last.error ?? 'nothing');
  return { url: `https://${plan.domain}${path}`, ok: serving.ok, seen };
}
