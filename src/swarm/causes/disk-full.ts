import { type CauseKind, evidenceOf, exitsOf, findTaskError } from './cause-kind.ts';

const FULL = /no space left on device|disk quota exceeded|ENOSPC/i;

export const diskFull: CauseKind = {
  code: 'disk-full',
  fault: 'infrastructure',
  meaning:
    'There is no space left where the Engine keeps images and containers, or on a volume that the program writes to.',
  shows:
    '`no space left on device` in the error of a pull or of a start, or in the last lines of a program that ended or whose ' +
    'health check failed',
  earliest: 'the first pull, start or exit that shows it',
  hint: 'make room: `docker system df`, `docker image prune`, or a larger volume',
  explains: ['crash-loop', 'start-failed', 'task-rejected', 'exits-0-not-restarted', 'healthcheck-failing'],
  detect(service, stack) {
    const start = findTaskError(service, ['failed', 'rejected', 'starting', 'preparing'], FULL);
    if (start !== undefined) {
      return {
        atMs: start.task.atMs,
        sentence: `${service.service}: no space is left on the disk to start it`,
        evidence: evidenceOf(start.task),
      };
    }
    const ended = [
      ...exitsOf(service),
      ...service.tasks.filter(({ container }) => container?.unhealthyAtMs !== undefined),
    ];
    const told = ended.find(({ container }) => container?.lastLines.some((line) => FULL.test(line)));
    const line = told?.container?.lastLines.find((one) => FULL.test(one));
    // A program may get by without the file that it could not write: one line is no proof while it runs or may yet run.
    const isLasting = ended.length >= stack.policy.exitsProven || stack.policy.exitWindowMs === Infinity;
    if (told === undefined || line === undefined || service.running >= service.desired || !isLasting) return undefined;
    return {
      atMs: told.atMs,
      sentence: `${service.service}: the program failed because no space is left: ${line.trim()}`,
      evidence: evidenceOf(told),
    };
  },
  detectPull: (image, answer) =>
    answer === 'disk-full' ? `no space is left on the disk for the image ${image}` : undefined,
  detectRefusal: (message) =>
    FULL.test(message) ? { service: '', sentence: 'no space is left on the disk of the Engine' } : undefined,
};
