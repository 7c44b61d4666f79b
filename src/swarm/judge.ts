import { exitsOf, meaningOfExit, wasUnhealthy } from './causes/cause-kind.ts';
import { detectCauses } from './causes/registry.ts';
import { serviceRemoved } from './causes/service-removed.ts';
import { unknownCauseWords } from './causes/unknown.ts';
import { FINAL_POLICY, isReady, type Observation, type ObservedService } from './observation.ts';
import type { Cause, Convergence, DeployRecord, ServiceState } from './types.ts';

/** An update that the Engine has not begun after so long is none: there was nothing to replace. */
const NO_OP_GRACE_MS = 30_000;

/** What an observation amounts to; undefined while it is still open. Pure. */
export function judge(
  observation: Observation,
  deploy: DeployRecord,
  options: { readonly settle: boolean },
):
  | { readonly outcome: Exclude<Convergence['outcome'], 'timeout' | 'cancelled'>; readonly causes: readonly Cause[] }
  | undefined {
  const vanished = deploy.services.filter(
    ({ serviceId }) => !observation.services.some((service) => service.serviceId === serviceId),
  );
  if (vanished.length > 0) {
    return { outcome: 'failed', causes: vanished.map(({ service }) => removedCause(service, observation)) };
  }
  const states = observation.services.map(({ update }) => update?.state);
  const rolledBack = states.some((state) => state?.startsWith('rollback') === true);
  if (rolledBack || states.includes('paused')) {
    // The Engine has given up, so a single exit is already the reason.
    const causes = detectCauses({ ...observation, policy: FINAL_POLICY });
    return { outcome: rolledBack ? 'rolled-back' : 'paused', causes };
  }
  if (isAllReady(observation, deploy, options.settle)) return { outcome: 'converged', causes: [] };
  const causes = detectCauses(observation);
  return causes.length === 0 ? undefined : { outcome: 'failed', causes };
}

/** A service that was made and is not there any more does not come back: waiting for it would only use up the time. */
function removedCause(service: string, observation: Observation): Cause {
  return {
    code: serviceRemoved.code,
    service,
    sentence: `${service}: the service was removed by someone else while it was waited for`,
    fault: serviceRemoved.fault,
    hint: serviceRemoved.hint,
    evidence: [],
    firstSignal: new Date(observation.nowMs).toISOString(),
  };
}

function isAllReady(observation: Observation, deploy: DeployRecord, settle: boolean): boolean {
  return deploy.services.every((deployed) => {
    const service = observation.services.find(({ serviceId }) => serviceId === deployed.serviceId);
    if (service === undefined || !isReady(service)) return false;
    if (!settle || deployed.kind !== 'updated' || !deployed.replacesTasks) return true;
    if (service.update === undefined) return observation.nowMs - observation.sinceMs >= NO_OP_GRACE_MS;
    return service.update.state === 'completed';
  });
}

/** At the end of the time: every small sign counts, and what has none is named as unknown, never guessed. Pure. */
export function judgeTimeout(observation: Observation, afterMs: number): readonly Cause[] {
  const causes = detectCauses({ ...observation, policy: FINAL_POLICY });
  const explained = new Set(causes.map(({ service }) => service));
  const unknown = observation.services
    .filter((service) => !isReady(service) && !explained.has(service.service))
    .map((service) => unknownCause(service, observation, afterMs));
  return [...causes, ...unknown];
}

const STARTED: readonly string[] = ['starting', 'running', 'complete', 'failed', 'shutdown'];

function unknownCause(service: ObservedService, observation: Observation, afterMs: number): Cause {
  const newest = service.tasks.at(-1);
  const state = newest === undefined ? 'it has no task' : `its task is "${newest.state}"`;
  return {
    code: unknownCauseWords.code,
    service: service.service,
    sentence:
      `${service.service}: ${service.running} of ${service.desired} running after ${Math.round(afterMs / 1000)} s; ` +
      `${state}, and nothing that was seen says why`,
    // Until its program starts a task is in the hands of the Engine.
    fault: newest === undefined || !STARTED.includes(newest.state) ? 'infrastructure' : unknownCauseWords.fault,
    hint: unknownCauseWords.hint,
    evidence: [
      ...(newest === undefined || newest.message === '' ? [] : [`task: ${newest.message}`]),
      ...(newest?.container?.probes ?? []),
      ...(newest?.container?.lastLines ?? []),
    ],
    firstSignal: new Date(newest?.createdAtMs ?? observation.sinceMs).toISOString(),
  };
}

/** The row of each service for progress and verdict. Pure. */
export function serviceStates(observation: Observation): readonly ServiceState[] {
  return observation.services.map((service) => ({
    service: service.service,
    serviceId: service.serviceId,
    image: service.image,
    running: service.running,
    desired: service.desired,
    hasHealthcheck: service.hasHealthcheck,
    updateState: service.update?.state,
    readyMs: service.readyAtMs === undefined ? undefined : service.readyAtMs - observation.sinceMs,
    restarts: service.tasks.filter(({ state }) => state === 'failed' || state === 'rejected').length,
  }));
}

/** What went wrong and healed by itself. Pure. */
export function healedNotes(observation: Observation): readonly string[] {
  return observation.services.flatMap((service) => {
    if (service.mode === 'job') return [];
    const exits = exitsOf(service);
    const last = exits.at(-1);
    const notes: string[] = [];
    if (last !== undefined) {
      const times = exits.length === 1 ? 'once' : `${exits.length} times`;
      notes.push(
        `${service.service}: ended ${times} before it was ready (exit code ${last.exitCode ?? 'unknown'}${meaningOfExit(last.exitCode)})`,
      );
    }
    const unhealthy = service.tasks.filter(wasUnhealthy).length;
    if (unhealthy > 0) notes.push(`${service.service}: was unhealthy for a while before it was ready`);
    return notes;
  });
}
