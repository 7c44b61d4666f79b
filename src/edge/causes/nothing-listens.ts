import { listening } from './listening.ts';
import { isUnreachable, patienceWith, type RouteCauseKind } from './route-cause.ts';

export const nothingListens: RouteCauseKind = {
  code: 'nothing-listens',
  fault: 'recipe',
  meaning:
    'The route is right and the container runs, but no program in it listens on any port. Without a health check it may ' +
    'still be starting, so then the wait lasts until the time-out of the app.',
  hint: 'read the log of the service: its program has not opened a port',
  detect(seen) {
    if (!isUnreachable(seen)) return undefined;
    const target = seen.targets.find((candidate) => listening(candidate)?.length === 0);
    if (target === undefined) return undefined;
    return {
      service: target.service,
      sentence: `${target.service}: nothing listens in the container, and the route leads to port ${target.port}`,
      evidence: [],
      patienceMs: patienceWith(target),
    };
  },
};
