import type { Fault } from '../../base/errors.ts';
import type { Observation, ObservedService, ObservedTask } from '../observation.ts';
import type { RegistryAnswer } from '../registry-answer.ts';
import { type Found, findInOrder } from './in-order.ts';

/** What is written about a cause; docs/causes.md is made of it. */
export interface CauseWords {
  /** Stable and documented. */
  readonly code: string;
  readonly fault: Fault;
  /** What has happened, in one or two sentences. */
  readonly meaning: string;
  /** What in the Engine's events, task states and answers shows it. */
  readonly shows: string;
  /** The earliest moment at which it can be known. */
  readonly earliest: string;
  /** What to do. */
  readonly hint: string;
}

/** A known failure. Detection is pure: it sees what was observed and answers what it recognises, or nothing. */
export interface CauseKind extends CauseWords {
  /** Codes that are only its effects: where this is seen, they are not said of the same service. */
  readonly explains?: readonly string[];
  /** True for what the Engine did because of a failure: listed after the causes of the same service, whatever the times. */
  readonly follows?: boolean;
  /** Looks at one service of a stack that is coming up. */
  readonly detect?: (service: ObservedService, stack: Observation) => Signal | undefined;
  /** Looks at why an image could not be had; answers with the sentence for it. */
  readonly detectPull?: (image: string, answer: RegistryAnswer) => string | undefined;
  /** Looks at what `docker stack deploy` said when it failed. */
  readonly detectRefusal?: (message: string) => Refusal | undefined;
}

export interface Signal {
  /** When the first sign of it was seen, Unix milliseconds. */
  readonly atMs: number;
  readonly sentence: string;
  readonly evidence: readonly string[];
  /** Where the error itself shows that someone else than usual has to act. */
  readonly fault?: Fault | undefined;
}

interface Refusal {
  /** The service it concerns; empty when it is the whole stack. */
  readonly service: string;
  readonly sentence: string;
}

/** The first task, in time, whose error matches (and matches `behind` after that); with the match and the groups of both. */
export function findTaskError(
  service: ObservedService,
  states: readonly string[],
  pattern: RegExp,
  behind: RegExp = /^/,
): (Found & { readonly task: ObservedTask }) | undefined {
  for (const task of service.tasks) {
    if (!states.includes(task.state)) continue;
    const found = findInOrder(task.error, pattern, behind);
    if (found !== undefined) return { task, ...found };
  }
  return undefined;
}

/** The task's own error, what its container said last, and nothing twice. */
export function evidenceOf(task: ObservedTask): readonly string[] {
  const lines = [task.error, ...(task.container?.lastLines ?? [])].filter((line) => line.trim() !== '');
  return [...new Set(lines)];
}

/** Errors of the host that no recipe can cause: they shift the blame of a failed start. */
export function faultOfStart(error: string): Fault | undefined {
  const host =
    /read-only file system|network sandbox|could not find (a )?network|failed to allocate|driver failed|containerd|context deadline|connection refused|too many open files|cannot allocate memory/i;
  return host.test(error) ? 'infrastructure' : undefined;
}

/** A task that waits for a node with a reason that matches, for longer than the policy's patience. */
export function detectPending(service: ObservedService, stack: Observation, pattern: RegExp): ObservedTask | undefined {
  const found = service.tasks.find(
    (task) => task.state === 'pending' && task.desiredState !== 'shutdown' && pattern.test(task.error),
  );
  return found !== undefined && stack.nowMs - found.createdAtMs >= stack.policy.pendingMs ? found : undefined;
}

/** Exits of a task's program by itself, oldest first: neither stopped by the Engine nor for being unhealthy. */
export function exitsOf(service: ObservedService): readonly ObservedTask[] {
  return service.tasks.filter(
    (task) =>
      (task.state === 'failed' || task.state === 'complete') &&
      !wasUnhealthy(task) &&
      !/unhealthy container|starting container failed|No such container/.test(task.error) &&
      (task.exitCode !== undefined || /non-zero exit/.test(task.error)),
  );
}

/** A probe that was still under way when its program ended fails as well: then the end was first. */
export function wasUnhealthy({ container }: ObservedTask): boolean {
  if (container?.unhealthyAtMs === undefined) return false;
  return container.diedAtMs === undefined || container.unhealthyAtMs <= container.diedAtMs;
}

const EXIT_MEANINGS: Readonly<Record<number, string>> = {
  126: ', the command is not executable',
  127: ', a command was not found',
  134: ', it aborted itself',
  137: ', it was killed',
  139: ', a memory access error of the program',
  143: ', it was asked to stop',
};

/** What an exit code says beyond its number; empty when it says nothing. */
export function meaningOfExit(code: number | undefined): string {
  return (code === undefined ? undefined : EXIT_MEANINGS[code]) ?? '';
}
