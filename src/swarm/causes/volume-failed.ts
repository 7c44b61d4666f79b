import { type CauseKind, evidenceOf, faultOfStart, findTaskError } from './cause-kind.ts';

export const volumeFailed: CauseKind = {
  code: 'volume-failed',
  fault: 'recipe',
  meaning: 'The driver of a volume cannot make or mount it: a wrong option, a device or a share that is not there.',
  shows: 'a task that is `rejected` or `failed` with `failed to mount local volume` or `VolumeDriver`',
  earliest: 'the first rejection',
  hint: 'compare `driver_opts` of the volume with what this host has; a plain named volume needs none',
  explains: ['task-rejected', 'start-failed'],
  detect(service) {
    const found = findTaskError(
      service,
      ['rejected', 'failed'],
      /(?:failed to mount local volume: (?<why>[^\n]*)|VolumeDriver\.\w+|error looking up volume plugin|create \S+: .*volume).*/i,
    );
    if (found === undefined) return undefined;
    return {
      atMs: found.task.atMs,
      sentence: `${service.service}: a volume cannot be mounted: ${found.match.groups?.['why'] ?? found.match[0]}`,
      evidence: evidenceOf(found.task),
      fault: faultOfStart(found.task.error),
    };
  },
};
