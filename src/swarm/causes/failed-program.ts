import type { Observation, ObservedService, ObservedTask } from '../observation.ts';
import { type CauseKind, exitsOf } from './cause-kind.ts';
import { crashLoop } from './crash-loop.ts';
import { exitsZero } from './exits-zero.ts';
import { healthcheckFailing } from './healthcheck-failing.ts';

/** A program that failed by itself, with its last words: what a log may explain. */
export interface FailedProgram {
  /** First sign of the failure that the words explain, Unix milliseconds. */
  readonly atMs: number;
  /** When it gave up: its end, or when it was found unhealthy. */
  readonly gaveUpMs: number;
  readonly exitCode: number | undefined;
  readonly lines: readonly string[];
}

/** Failures of a program, as opposed to those of the Engine or the host. Only these are explained by what it says. */
const FAILURES: readonly CauseKind[] = [crashLoop, exitsZero, healthcheckFailing];

/**
 * The failure of a service's program, once one of the causes says that it is one: words in a log alone are no failure. Pure.
 */
export function failedProgram(service: ObservedService, stack: Observation): FailedProgram | undefined {
  for (const kind of FAILURES) {
    const signal = kind.detect?.(service, stack);
    if (signal === undefined) continue;
    const unhealthyAtMs = service.tasks.find(({ container }) => container?.unhealthyAtMs !== undefined)?.container
      ?.unhealthyAtMs;
    const task = lastWithWords(kind === crashLoop ? exitsOf(service) : service.tasks);
    if (task === undefined) return undefined;
    return {
      atMs: signal.atMs,
      gaveUpMs: kind === healthcheckFailing ? (unhealthyAtMs ?? signal.atMs) : task.atMs,
      exitCode: kind === crashLoop ? task.exitCode : undefined,
      lines: task.container?.lastLines ?? [],
    };
  }
  return undefined;
}

function lastWithWords(tasks: readonly ObservedTask[]): ObservedTask | undefined {
  return tasks.findLast(({ container }) => (container?.lastLines ?? []).length > 0);
}

/** The other service of the stack that answers to a host name; undefined when there is none. Pure. */
export function serviceNamed(host: string, service: ObservedService, stack: Observation): ObservedService | undefined {
  const name = host
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^tasks\./, '');
  return stack.services.find(
    (other) =>
      other.serviceId !== service.serviceId &&
      [other.service, `${stack.stackName}_${other.service}`, ...(other.aliases ?? [])].some(
        (own) => own.toLowerCase() === name,
      ),
  );
}

/** Seconds since the deploy began, for a sentence: `6.4 s`. */
export function sinceDeploy(atMs: number, stack: Observation): string {
  return `${(Math.max(0, atMs - stack.sinceMs) / 1000).toFixed(1)} s`;
}
