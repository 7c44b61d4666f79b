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
    const states = ['rejected', 'failed'];
    const found =
      findTaskError(
        service,
        states,
        /failed to mount local volume: |VolumeDriver\.\w|error looking up volume plugin/i,
      ) ?? findTaskError(service, states, /create \S+: /i, /^.*volume/i);
    if (found === undefined) return undefined;
    const [line = ''] = found.match.input.slice(found.match.index).split('\n', 1);
    return {
      atMs: found.task.atMs,
      sentence: `${service.service}: a volume cannot be mounted: ${line.replace(/^failed to mount local volume: /i, '')}`,
      evidence: evidenceOf(found.task),
      fault: faultOfStart(found.task.error),
    };
  },
};
