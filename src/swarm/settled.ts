import { startDeadline } from '../base/deadline.ts';
import { shortName, stackServices } from './deploy.ts';
import type { Engine } from './engine.ts';
import { watchEvents } from './wait.ts';

export interface Settling {
  readonly outcome: 'settled' | 'rolled-back' | 'paused' | 'timeout' | 'cancelled';
  /** The Engine's update state of each service; undefined where it never updated one. */
  readonly services: readonly { readonly service: string; readonly updateState: string | undefined }[];
  readonly ms: number;
}

/**
 * Waits until no update of a stack is in progress any more: after this the Engine replaces no task by itself and rolls
 * nothing back. At most 300 s unless given; meant for the moment before a backup.
 */
export async function settled(
  engine: Engine,
  stackName: string,
  options: { readonly timeoutMs?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<Settling> {
  const started = performance.now();
  using deadline = startDeadline(options.timeoutMs ?? 300_000, options.signal);
  using bell = watchEvents(
    engine,
    { filters: { type: ['service'], event: ['update'] }, signal: deadline.signal },
    ({ Actor }) => Actor.Attributes?.['name']?.startsWith(`${stackName}_`) === true,
  );
  let services: Settling['services'] = [];
  const end = (outcome: Settling['outcome']): Settling => ({ outcome, services, ms: performance.now() - started });
  try {
    for (;;) {
      services = (await stackServices(engine, stackName)).map(({ Spec, UpdateStatus }) => ({
        service: shortName(stackName, Spec.Name),
        updateState: UpdateStatus?.State,
      }));
      const outcome = judgeUpdates(services.map(({ updateState }) => updateState));
      if (outcome !== undefined) return end(outcome);
      await bell.wait(200);
    }
  } catch (error: unknown) {
    if (!deadline.signal.aborted) throw error;
    return end(deadline.expired() ? 'timeout' : 'cancelled');
  }
}

/** What the update states of a stack amount to; undefined while one is in progress. A rollback outweighs a pause. Pure. */
export function judgeUpdates(
  states: readonly (string | undefined)[],
): 'settled' | 'rolled-back' | 'paused' | undefined {
  if (states.some((state) => state === 'updating' || state === 'rollback_started')) return undefined;
  if (states.some((state) => state?.startsWith('rollback') === true)) return 'rolled-back';
  return states.includes('paused') ? 'paused' : 'settled';
}
