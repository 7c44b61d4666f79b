import { startDeadline } from '../base/deadline.ts';
import { CodedError } from '../base/errors.ts';
import type { Engine } from './engine.ts';
import { healedNotes, judge, judgeTimeout, serviceStates } from './judge.ts';
import { isAnyOpen, lesserSigns } from './lesser-signs.ts';
import { DEFAULT_POLICY, type Observation, type WaitPolicy } from './observation.ts';
import { observeStack, type StackObserver } from './observe.ts';
import type { Convergence, DeployRecord, ServiceState } from './types.ts';

/** Task states have no events, so they are read this often, and only while something is pending. */
const POLL_MS = 200;
/** A task becomes running some 60 ms after its container's event: for this long the state is read sooner. */
const ECHO_MS = 400;
const ECHO_POLL_MS = 30;
/** Services that fail together fail within moments of each other: so long the others get to be named in the same run. */
const GATHER_MS = 300;

export interface ConvergeOptions {
  readonly deploy: DeployRecord;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Also wait until the Engine calls the update completed: its monitor window is over and no rollback can follow. */
  readonly settle?: boolean | undefined;
  readonly policy?: Partial<WaitPolicy> | undefined;
  /** Called at the start and whenever a row has changed. */
  readonly onChange?: ((services: readonly ServiceState[]) => void) | undefined;
}

/**
 * Waits until the services of a deploy run as it asked for, or until it is known that they will not. Never rejects for
 * the stack's sake: how it ended is the result. Rejects when the Engine is gone.
 *
 * Without `settle` the answer comes as soon as tasks of the new version run, and are healthy where there is a health
 * check; within the update's monitor window the Engine may still roll back (`settled` tells).
 */
export async function converge(engine: Engine, options: ConvergeOptions): Promise<Convergence> {
  const { deploy } = options;
  const started = performance.now();
  using deadline = startDeadline(options.timeoutMs, options.signal);
  const policy = { ...DEFAULT_POLICY, ...options.policy };
  using observer = observeStack(engine, { deploy, policy, signal: deadline.signal });
  const end = (
    outcome: Convergence['outcome'],
    observation: Observation | undefined,
    causes: Convergence['causes'] = [],
  ): Convergence => ({
    outcome,
    services: observation === undefined ? [] : serviceStates(observation),
    causes,
    notes:
      observation === undefined
        ? []
        : outcome === 'converged'
          ? healedNotes(observation)
          : lesserSigns(observation, causes),
    updates: updatesOf(deploy),
    ms: performance.now() - started,
  });
  let observation: Observation | undefined;
  let shown = '';
  let echoUntil = 0;
  let gatherUntil: number | undefined;
  try {
    for (;;) {
      observation = await observer.look();
      const states = serviceStates(observation);
      const key = JSON.stringify(states);
      if (key !== shown) options.onChange?.(states);
      shown = key;
      const judgement = judge(observation, deploy, { settle: options.settle === true });
      const open = judgement?.outcome === 'failed' && isAnyOpen(observation, judgement.causes);
      if (open) gatherUntil ??= performance.now() + GATHER_MS;
      const gathers = open && performance.now() < (gatherUntil ?? 0);
      if (judgement !== undefined && !gathers) return end(judgement.outcome, observation, judgement.causes);
      const soon = gathers || performance.now() < echoUntil;
      if ((await observer.changed(soon ? ECHO_POLL_MS : POLL_MS)) === 'event') echoUntil = performance.now() + ECHO_MS;
    }
  } catch (error: unknown) {
    if (!deadline.signal.aborted) throw error;
    if (!deadline.expired()) return end('cancelled', observation);
    const last = await lastLook(observer, observation);
    return end('timeout', last, last === undefined ? [] : judgeTimeout(last, options.timeoutMs));
  }
}

/** One more look with what the containers say, so that the end of the time is explained as well as can be. */
async function lastLook(observer: StackObserver, before: Observation | undefined): Promise<Observation | undefined> {
  try {
    if (before !== undefined) await observer.examine(before);
    return await observer.look();
  } catch (error: unknown) {
    if (error instanceof CodedError) return before;
    throw error;
  }
}

/** What a deploy asked of the Engine, all services together. Pure. */
export function updatesOf(deploy: DeployRecord): Convergence['updates'] {
  const { services } = deploy;
  if (services.length > 0 && services.every(({ kind }) => kind === 'created')) return 'fresh';
  if (services.some(({ kind, replacesTasks }) => kind === 'created' || (kind === 'updated' && replacesTasks))) {
    return 'changed';
  }
  return services.some(({ kind }) => kind === 'updated') ? 'spec-only' : 'none';
}
