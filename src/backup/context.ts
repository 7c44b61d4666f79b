import type { AppData } from './app-data.ts';
import type { Repository } from './repository.ts';
import type { BackupPlan, Canary } from './types.ts';

/** Everything a backup or a restore of one app needs. */
export interface BackupContext {
  readonly data: AppData;
  readonly plan: BackupPlan;
  readonly repository: Repository;
  readonly canaries: readonly Canary[];
  /** A directory of the run, for what is taken out of a snapshot to be looked at. Emptied again. */
  readonly workDir: string;
  /** Marks the snapshot: the stack's name, as backup-bot does. */
  readonly tag: string;
  /** For one hook, milliseconds; ten minutes unless given. */
  readonly hookTimeoutMs?: number | undefined;
  /** For one call of restic, milliseconds; thirty minutes unless given. */
  readonly resticTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A part of a restore and how long it took. */
export interface StepTime {
  readonly step: string;
  readonly ms: number;
}

export const HOOK_TIMEOUT_MS = 600_000;
export const RESTIC_TIMEOUT_MS = 1_800_000;

/** Measures the parts of something as they are done. */
export function makeStopwatch(): {
  readonly steps: readonly StepTime[];
  readonly time: <T>(step: string, work: () => Promise<T>) => Promise<T>;
} {
  const steps: StepTime[] = [];
  return {
    steps,
    async time(step, work) {
      const started = performance.now();
      try {
        return await work();
      } finally {
        steps.push({ step, ms: performance.now() - started });
      }
    },
  };
}
