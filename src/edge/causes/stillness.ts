import type { ProcessActivity } from '../../swarm/processes.ts';

/** One container at one look. */
export interface ContainerActivity {
  readonly id: string;
  /** Whether the asked route leads to it. */
  readonly routed: boolean;
  /** Undefined where it could not be read: what is not known to be still is not. */
  readonly processes: ProcessActivity | undefined;
  /** Changes with every line that it logs. */
  readonly logMark: string | undefined;
}

/** All containers of a stack at one look. */
export interface Activity {
  /** Unix milliseconds. */
  readonly atMs: number;
  readonly containers: readonly ContainerActivity[];
}

/** For how long nothing has been on its way, as far as several looks in a row show. Milliseconds. */
export interface Stillness {
  /** The routed containers do nothing at all, and no other container of the stack works hard. */
  readonly stillMs: number;
  /** No container of the stack works hard, and no routed one sleeps for a time of its own choosing. */
  readonly calmMs: number;
}

/** Processor time as a share of one core. An idle program wakes up now and then; one that starts takes what it gets. */
const STILL_SHARE = 0.02;
/** Room for what our own questions, health checks and a database at rest cost. */
const CALM_SHARE = 0.2;
/** A download that waits for the network uses next to no processor. Our own attempts are some hundred bytes a second. */
const STILL_BYTES_PER_SECOND = 20_000;

/** Follows looks in time; each call takes the next one. Two looks are needed before anything can be still. */
export function followStillness(): (next: Activity) => Stillness {
  let before: Activity | undefined;
  let stillSince = 0;
  let calmSince = 0;
  return (next) => {
    const calm = before !== undefined && isCalm(before, next);
    const still = before !== undefined && calm && isStill(before, next);
    if (!calm) calmSince = next.atMs;
    if (!still) stillSince = next.atMs;
    before = next;
    return { stillMs: next.atMs - stillSince, calmMs: next.atMs - calmSince };
  };
}

/** Whether between two looks no container worked hard, ended or began, and no routed one waits for a time to pass. Pure. */
function isCalm(before: Activity, now: Activity): boolean {
  return (
    now.containers.length === before.containers.length &&
    now.containers.every((container) => {
      const share = processorShare(before, now, container);
      const waits = container.routed && container.processes?.timedWait !== false;
      return share !== undefined && share <= CALM_SHARE && !waits;
    })
  );
}

/** Whether between two looks the routed containers neither worked, nor logged, nor talked, nor started a process. Pure. */
function isStill(before: Activity, now: Activity): boolean {
  const seconds = (now.atMs - before.atMs) / 1000;
  return now.containers
    .filter(({ routed }) => routed)
    .every((container) => {
      const past = sameAs(container, before);
      const [was, is] = [past?.processes, container.processes];
      if (past === undefined || was === undefined || is === undefined) return false;
      return (
        (processorShare(before, now, container) ?? 1) <= STILL_SHARE &&
        container.logMark !== undefined &&
        container.logMark === past.logMark &&
        is.networkBytes - was.networkBytes <= STILL_BYTES_PER_SECOND * seconds &&
        is.processes.join() === was.processes.join()
      );
    });
}

function processorShare(before: Activity, now: Activity, container: ContainerActivity): number | undefined {
  const was = sameAs(container, before)?.processes;
  const is = container.processes;
  if (was === undefined || is === undefined || now.atMs <= before.atMs) return undefined;
  return (is.cpuMs - was.cpuMs) / (now.atMs - before.atMs);
}

function sameAs({ id }: ContainerActivity, activity: Activity): ContainerActivity | undefined {
  return activity.containers.find((container) => container.id === id);
}
