import { type CauseKind, evidenceOf } from './cause-kind.ts';

export const exitsZero: CauseKind = {
  code: 'exits-0-not-restarted',
  fault: 'recipe',
  meaning:
    'A container ended with exit code 0 and the restart policy (`on-failure` or `none`) does not start it again, so the ' +
    'service stays below its replicas for good and the Engine reports no error. An unhealthy container that stops ' +
    'politely ends the same way.',
  shows: 'a `die` event with exit code 0, then a `complete` task without a successor; no error anywhere',
  earliest: 'the first exit',
  hint: 'use `restart_policy: condition: any`, or make the program stay in the foreground',
  detect(service) {
    if (service.restartCondition === 'any' || service.mode === 'job' || service.running >= service.desired) {
      return undefined;
    }
    const ended = service.tasks.find((task) => task.state === 'complete');
    if (ended === undefined) return undefined;
    const successor = service.tasks.some(
      (task) => task.slot === ended.slot && task.createdAtMs > ended.createdAtMs && task.desiredState !== 'shutdown',
    );
    if (successor) return undefined;
    const why = ended.container?.unhealthyAtMs === undefined ? '' : ' after it was found unhealthy';
    return {
      atMs: ended.atMs,
      sentence:
        `${service.service}: the container ended with exit code 0${why}, and the restart policy ` +
        `"${service.restartCondition}" does not start it again`,
      evidence: evidenceOf(ended),
    };
  },
};
