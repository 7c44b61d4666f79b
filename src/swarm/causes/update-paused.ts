import type { CauseKind } from './cause-kind.ts';

export const updatePaused: CauseKind = {
  code: 'update-paused',
  fault: 'recipe',
  meaning:
    'The Swarm stopped the update half-way after a failure (`failure_action: pause`) and will not go on by itself.',
  shows: "the service's update state `paused`",
  earliest: 'when the update state changes, at the failure that passes `max_failure_ratio`',
  hint: 'the cause before this one says why the new version failed',
  follows: true,
  detect(service) {
    const { update } = service;
    if (update?.state !== 'paused') return undefined;
    return {
      atMs: update.startedAtMs,
      sentence: `${service.service}: the update is paused after a failure`,
      evidence: update.message === '' ? [] : [update.message],
    };
  },
};
