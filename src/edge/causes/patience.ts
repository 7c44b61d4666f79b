import type { LooksSoFar, ObservedTarget, RouteHistory } from './observation.ts';

/*
 * When waiting on cannot help. A slow start must never be taken for a failure, and nobody should wait for minutes for what
 * will not come. So:
 *
 * - What only the recipe's labels decide stands from the first moment on.
 * - A health check that passes is the program's own word that it has started; ten seconds later its port has to be open.
 * - Without one, work is the sign of a start: processor time, log lines, traffic, new processes, or a `sleep` that ends
 *   within the time-out. A program that shows none of them over several looks, while no other container of its stack works
 *   hard either, waits for nothing that anyone brings. How long depends on what is seen: a program that has opened a port,
 *   on loopback or another one, has passed the part of its start in which that is decided; one without any port has not.
 * - A wrong status is an answer of a program that runs. It is final when it has stayed the same over all that time and
 *   nothing in the stack works. 502, 503 and 504 are words for “not yet”, so for them the app's own time-out holds.
 * - Where something proves the reason of a wrong status, five seconds are enough, and the words do not matter.
 * - Looks are two seconds apart, so five and nine seconds are four and six looks in a row.
 * - Where the host does not show the processes, nothing is known to be still, and the app's own time-out holds.
 */

/** How long a program whose health check passes may still take to open its port. Milliseconds, as the others. */
const HEALTHY_MS = 10_000;
const OTHER_PORT_MS = 5000;
const NO_PORT_MS = 9000;
const SAME_ANSWER_MS = 9000;
const EXPLAINED_MS = 5000;

const NOT_YET: readonly number[] = [502, 503, 504];

/** Whether a target that listens on other ports or addresses only will not listen where it should any more. */
export function hasOpenedOthers(target: ObservedTarget, seen: LooksSoFar): boolean {
  return isPastStart(target, seen) || seen.stillMs >= OTHER_PORT_MS;
}

/** Whether a target that listens nowhere will not listen any more. */
export function hasOpenedNothing(target: ObservedTarget, seen: LooksSoFar): boolean {
  return isPastStart(target, seen) || seen.stillMs >= NO_PORT_MS;
}

/** Whether a wrong status of the app's own will not change any more. */
export function isFinalStatus(seen: RouteHistory): boolean {
  const { status } = seen.answer;
  return status !== undefined && !NOT_YET.includes(status) && isStuck(seen);
}

/** The same of a status whose reason is seen beside it: in the log, or in what a name leads to. */
export function isFinalAndExplained({ answer, sameMs, calmMs }: RouteHistory): boolean {
  return answer.status !== undefined && sameMs >= EXPLAINED_MS && calmMs >= EXPLAINED_MS;
}

/** Whether the answer has stayed the same while nothing in the stack works. */
export function isStuck({ sameMs, calmMs }: LooksSoFar): boolean {
  return sameMs >= SAME_ANSWER_MS && calmMs >= SAME_ANSWER_MS;
}

function isPastStart({ containers }: ObservedTarget, { upMs }: LooksSoFar): boolean {
  return containers.length > 0 && containers.every(({ healthy }) => healthy) && upMs >= HEALTHY_MS;
}
