import type { CauseKind } from './cause-kind.ts';

export const rolledBack: CauseKind = {
  code: 'rolled-back',
  fault: 'recipe',
  meaning:
    'The Swarm gave the update up and went back to the previous version (`failure_action: rollback`). The app may answer ' +
    'perfectly well: it is the old one.',
  shows: "the service's update state `rollback_started`, `rollback_paused` or `rollback_completed`",
  earliest: 'when the update state changes, at the failure that passes `max_failure_ratio`',
  hint: 'the cause before this one says why the new version failed',
  follows: true,
  detect(service) {
    const { update } = service;
    if (update?.state.startsWith('rollback') !== true) return undefined;
    return {
      atMs: update.startedAtMs,
      sentence: `${service.service}: the update was rolled back to the previous version`,
      evidence: update.message === '' ? [] : [update.message],
    };
  },
};
