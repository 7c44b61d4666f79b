import { type CauseKind, evidenceOf } from './cause-kind.ts';

export const oomKilled: CauseKind = {
  code: 'oom-killed',
  fault: 'recipe',
  meaning: 'The kernel killed the program because the container reached its memory limit.',
  shows:
    'the event `oom` of a container that died, or `OOMKilled` in its state; the task itself only says exit code 137',
  earliest: 'the first kill',
  hint: 'raise `deploy.resources.limits.memory`; the resource profile of a passing run shows what is needed',
  explains: ['crash-loop'],
  detect(service) {
    // A child that was killed while the container lived on is no failure of the service by itself.
    const task = service.tasks.find(
      ({ container, state }) =>
        container?.oomAtMs !== undefined && (container.diedAtMs !== undefined || state === 'failed'),
    );
    if (task?.container?.oomAtMs === undefined) return undefined;
    return {
      atMs: task.container.oomAtMs,
      sentence: `${service.service}: the container was killed at its memory limit`,
      evidence: [`exit code ${task.container.exitCode ?? 137} after an out-of-memory event`, ...evidenceOf(task)],
    };
  },
};
