import type { CauseKind } from './cause-kind.ts';

export const updatePaused: CauseKind = {
  code: 'update-paused',
  fault: 'recipe',
  meaning:
    'The Swarm stopped the update half-way after a failure (`failure_action: pause`) and will not go on by itself.',
  hint: 'the cause before this one says why the new version failed',
  detect(service) {
    const { update } = service;
    if (update?.state !== 'paused') return undefined;
    const times = service.tasks.map((task) => task.atMs);
    return {
      atMs: Math.max(update.startedAtMs, ...times) + 1,
      sentence: `${service.service}: the update is paused after a failure`,
      evidence: update.message === '' ? [] : [update.message],
    };
  },
};
