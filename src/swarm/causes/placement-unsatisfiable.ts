import { type CauseKind, detectPending, evidenceOf } from './cause-kind.ts';

export const placementUnsatisfiable: CauseKind = {
  code: 'placement-unsatisfiable',
  fault: 'infrastructure',
  meaning:
    'No node of this Swarm meets what a service asks for under `deploy.placement`, or those that would are not available.',
  shows:
    'a `pending` task with `scheduling constraints not satisfied`, `max replicas per node` or `node not available`',
  earliest: '2 s after the task was made: its error is there at once, and another may be leaving',
  hint: 'compare the constraints under `deploy.placement` with the nodes of this Swarm',
  detect(service, stack) {
    const pending = detectPending(
      service,
      stack,
      /scheduling constraints not satisfied|max replicas per node|no suitable node \(\d+ nodes? not available/,
    );
    if (pending === undefined) return undefined;
    return {
      atMs: pending.atMs,
      sentence: `${service.service}: no node can take it: ${pending.error}`,
      evidence: evidenceOf(pending),
    };
  },
};
