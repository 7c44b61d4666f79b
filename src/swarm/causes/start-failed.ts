import { type CauseKind, evidenceOf, faultOfStart } from './cause-kind.ts';

/** Failed starts that another file knows by name. */
const NAMED = /exec: |already in use|already allocated|failed to expand templated/;

export const startFailed: CauseKind = {
  code: 'start-failed',
  fault: 'recipe',
  meaning: 'The container was made but could not be started, repeatedly, for a reason that has no code of its own.',
  shows: 'two tasks that are `failed` with `starting container failed`',
  earliest: 'the second failed start: the first may be a hiccup',
  hint: 'the container runtime gives the reason in the evidence; mounts and working directories are the usual ones',
  detect(service, stack) {
    const failed = service.tasks.filter(
      (task) => task.state === 'failed' && /starting container failed/.test(task.error) && !NAMED.test(task.error),
    );
    const first = failed[0];
    if (first === undefined || failed.length < stack.policy.rejections) return undefined;
    return {
      atMs: first.atMs,
      sentence: `${service.service}: the container cannot be started: ${first.error}`,
      evidence: evidenceOf(first),
      fault: faultOfStart(first.error),
    };
  },
};
