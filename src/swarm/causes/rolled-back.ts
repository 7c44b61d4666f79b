import type { CauseKind } from './cause-kind.ts';

export const rolledBack: CauseKind = {
  code: 'rolled-back',
  fault: 'recipe',
  meaning:
    'The Swarm gave the update up and went back to the previous version (`failure_action: rollback`). The app may answer ' +
    'perfectly well: it is the old one.',
  hint: 'the cause before this one says why the new version failed',
  detect(service) {
    const { update } = service;
    if (update?.state.startsWith('rollback') !== true) return undefined;
    return {
      atMs: lastFailureMs(service.tasks.map((task) => task.atMs)) ?? update.startedAtMs,
      sentence: `${service.service}: the update was rolled back to the previous version`,
      evidence: update.message === '' ? [] : [update.message],
    };
  },
};

/** The rollback follows the failure that caused it, so that this one does not lead the list. */
function lastFailureMs(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : Math.max(...times) + 1;
}
