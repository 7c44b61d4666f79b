import { type CauseKind, evidenceOf, wasUnhealthy } from './cause-kind.ts';

export const healthcheckFailing: CauseKind = {
  code: 'healthcheck-failing',
  fault: 'recipe',
  meaning:
    'The health check failed as often in a row as its own `retries` allow, while the program ran. A program that ended by ' +
    'itself is a crash, not this.',
  shows: "the event `health_status: unhealthy` before any `die`; the failed probes are in the container's state",
  earliest: 'interval × retries after the start (after `start_period`), with the event',
  hint: 'run the check by hand in the container; a slow start needs a longer `start_period`, and curl or wget has to be in the image',
  detect(service) {
    // A task that came up unhealthy and was followed by a healthy one has healed.
    if (service.running >= service.desired) return undefined;
    const task = service.tasks.find(wasUnhealthy);
    const container = task?.container;
    if (task === undefined || container?.unhealthyAtMs === undefined) return undefined;
    const probe = container.probes.at(-1);
    return {
      atMs: container.unhealthyAtMs,
      sentence: `${service.service}: the health check fails${probe === undefined ? '' : `: ${firstLine(probe)}`}`,
      evidence: [...container.probes, ...evidenceOf(task)],
    };
  },
};

function firstLine(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return line.length > 160 ? `${line.slice(0, 157)}...` : line;
}
