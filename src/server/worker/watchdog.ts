import { stat } from 'node:fs/promises';
import { shorten } from '../../results/plain-text.ts';
import { type LastStep, lastStep } from '../../run/past/last-step.ts';
import type { RunDirectory } from '../../run/run-directory.ts';

/** How long a run may take before it is ended from outside, in seconds. */
export interface RunLimits {
  /** Until it has its directory: it waits for its domain, and finishes what dead runs left. */
  readonly begin: number;
  /** The run itself; it is told, and ends itself when that is over. */
  readonly run: number;
  /** What it gets beyond that to end itself. */
  readonly grace: number;
  /** What it gets beyond that where it is seen to be taking down what it made. */
  readonly teardown: number;
}

/** The run waits for half an hour for its domain, and for others to be cleaned up; then an hour is its own. */
export const RUN_LIMITS: RunLimits = { begin: 45 * 60, run: 3600, grace: 60, teardown: 180 };

export interface Watchdog extends Disposable {
  /** What it is to be said that the run took too long at; undefined as long as it was not ended. */
  readonly overdue: () => string | undefined;
}

export interface WatchdogOptions {
  readonly directory: Pick<RunDirectory, 'journal' | 'events'>;
  readonly limits: RunLimits;
  /** Ends the run, whatever it does. */
  readonly kill: () => void;
}

const LOOK_MS = 1000;

/**
 * Watches a run from outside: one whose event loop is blocked neither sees its own deadline nor hears a signal. Its time
 * counts from when its journal is there, by a clock of ours that only goes forwards.
 */
export function startWatchdog({ directory, limits, kill }: WatchdogOptions): Watchdog {
  const started = performance.now();
  let begun: number | undefined;
  let looking = false;
  let overdue: string | undefined;
  const look = async () => {
    const now = performance.now();
    if (begun === undefined && (await isThere(directory.journal))) begun = now;
    const until = begun === undefined ? started + limits.begin * 1000 : begun + (limits.run + limits.grace) * 1000;
    if (now < until) return;
    const step = await lastStep(directory);
    if (step.ending && now < until + limits.teardown * 1000) return;
    overdue = sentenceFor(begun === undefined ? undefined : step, limits);
    kill();
  };
  const timer = setInterval(() => {
    if (looking || overdue !== undefined) return;
    looking = true;
    // What cannot be looked at now is looked at again.
    void look()
      .catch(() => undefined)
      .finally(() => {
        looking = false;
      });
  }, LOOK_MS);
  return { overdue: () => overdue, [Symbol.dispose]: () => clearInterval(timer) };
}

/** Names the step that the run last told of. Whatever that was, to end in time is for the run itself, which is ours. Pure. */
export function sentenceFor(step: LastStep | undefined, { begin, run }: RunLimits): string {
  const given = (seconds: number) => (seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`);
  if (step === undefined) {
    return `cc-ci took too long to begin the run: it was killed after ${given(begin)}. That is a defect of cc-ci`;
  }
  const { name, tier } = step;
  const of = tier === null || tier === name ? '' : ` of ${tier}`;
  const what =
    name === 'plan'
      ? 'while reading the recipe'
      : name === undefined
        ? 'between two steps'
        : `in the step “${shorten(name, 60)}”${of}`;
  return `cc-ci took too long ${what}: the run did not end by itself after ${given(run)}, and was killed. That is a defect of cc-ci`;
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
