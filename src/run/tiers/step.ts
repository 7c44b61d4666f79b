import { CodedError, messageOf } from '../../base/errors.ts';
import type { Tier } from '../../results/schema.ts';
import type { RunContext } from '../context.ts';
import type { Undo } from '../types.ts';

export type Stepped<T> = { readonly ok: true; readonly value: T } | { readonly ok: false };

/**
 * One journaled step of a tier: on disk before it acts, and an error of it becomes a fact of that tier instead of ending
 * the run. Only an interruption passes through.
 */
export async function takeStep<T>(
  run: RunContext,
  tier: Tier,
  name: string,
  work: () => Promise<T>,
  undo?: Undo,
): Promise<Stepped<T>> {
  refuseWhenInterrupted(run);
  await run.journal.begin(name, undo);
  try {
    const value = await work();
    await run.journal.end(name);
    return { ok: true, value };
  } catch (error: unknown) {
    await run.journal.failed(name, messageOf(error));
    refuseWhenInterrupted(run);
    run.facts.recordFailure(tier, name, error);
    return { ok: false };
  }
}

/** Throws once the run was cancelled or its time is over, so that no step begins after it. */
export function refuseWhenInterrupted(run: RunContext): void {
  if (!run.signal.aborted) return;
  throw new CodedError({
    code: 'E_INTERRUPTED',
    message: 'the run was interrupted',
    fault: 'usage',
    cause: run.signal.reason,
  });
}
