import { type CauseKind, detectPending, evidenceOf } from './cause-kind.ts';

export const resourcesUnsatisfiable: CauseKind = {
  code: 'resources-unsatisfiable',
  fault: 'infrastructure',
  meaning: 'A service reserves more memory or processors than any node has left.',
  shows: 'a `pending` task with `insufficient resources`',
  earliest: '2 s after the task was made',
  hint: 'lower `deploy.resources.reservations`, or give the host more',
  detect(service, stack) {
    const pending = detectPending(service, stack, /insufficient resources/);
    if (pending === undefined) return undefined;
    return {
      atMs: pending.atMs,
      sentence: `${service.service}: no node has the resources it reserves`,
      evidence: evidenceOf(pending),
    };
  },
};
