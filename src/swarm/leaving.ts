import type { ApiTask } from './api-types.ts';
import type { WaitPolicy } from './observation.ts';

const ENDED: readonly string[] = ['complete', 'shutdown', 'failed', 'rejected', 'remove', 'orphaned'];

/** The scheduler hears of a task's end only some time after it: for a waiting one its port is not free yet. */
export function isLeaving(
  { DesiredState, Status }: Pick<ApiTask, 'DesiredState' | 'Status'>,
  policy: WaitPolicy,
  nowMs: number,
): boolean {
  if (!toStop(DesiredState)) return false;
  return !ENDED.includes(Status.State) || nowMs - Date.parse(Status.Timestamp) < policy.leavingMs;
}

/** Stopped for another task, or removed along with its place in a service that was scaled down. */
export function toStop(desiredState: string): boolean {
  return desiredState === 'shutdown' || desiredState === 'remove';
}
