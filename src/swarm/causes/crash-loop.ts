import type { Observation, ObservedService } from '../observation.ts';
import { type CauseKind, evidenceOf, exitsOf, meaningOfExit } from './cause-kind.ts';

export const crashLoop: CauseKind = {
  code: 'crash-loop',
  fault: 'recipe',
  meaning:
    'The program of a service ends again and again, or has ended as often as its restart policy allows. Exits count only ' +
    'from the moment all other services were ready: an earlier one may be a race for a database.',
  shows: '`die` events with their exit code, and tasks that are `failed` (or `complete` under `condition: any`)',
  earliest:
    'the second exit after all other services proved themselves by their own health checks, or where there is no other; the third where one has no health check; the last attempt that `max_attempts` allows',
  hint: 'read the last lines of its log; when it waits for another service, let its entrypoint retry',
  detect(service, stack) {
    const exits = exitsOf(service).filter((task) => task.state === 'failed' || service.restartCondition === 'any');
    const last = exits.at(-1);
    const first = exits[0];
    if (last === undefined || first === undefined) return undefined;
    const gaveUp = service.running < service.desired && hasGivenUp(service, exits.length);
    const from = Math.max(othersReadyAt(service, stack), last.atMs - stack.policy.exitWindowMs);
    const counted = exits.filter((task) => task.atMs >= from);
    if (!gaveUp && counted.length < exitsNeeded(service, stack)) return undefined;
    const code = last.exitCode;
    return {
      atMs: first.atMs,
      sentence:
        `${service.service}: the program ended with exit code ${code ?? 'unknown'}${meaningOfExit(code)}, ` +
        (gaveUp
          ? `and the restart policy allows no further attempt`
          : exits.length === 1
            ? 'once'
            : `${exits.length} times`),
      evidence: evidenceOf(last),
    };
  },
};

function hasGivenUp(service: ObservedService, exits: number): boolean {
  if (service.restartCondition === 'none') return true;
  return service.maxAttempts > 0 && exits > service.maxAttempts * Math.max(1, service.desired);
}

/** A service that itself fails proves nothing, with or without a health check. */
function exitsNeeded(service: ObservedService, stack: Observation): number {
  const proven = stack.services.every(
    (other) => other.serviceId === service.serviceId || (other.hasHealthcheck && other.readyAtMs !== undefined),
  );
  return proven ? stack.policy.exitsProven : stack.policy.exits;
}

/** When the last other service became ready; never, while one that does not itself fail is still coming up. */
function othersReadyAt(service: ObservedService, stack: Observation): number {
  // The policy of a wait that has ended counts everything.
  if (stack.policy.exitWindowMs === Infinity) return stack.sinceMs;
  let latest = stack.sinceMs;
  for (const other of stack.services) {
    if (other.serviceId === service.serviceId || exitsOf(other).length > 0) continue;
    latest = Math.max(latest, other.readyAtMs ?? Infinity);
  }
  return latest;
}
