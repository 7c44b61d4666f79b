import { listening } from './listening.ts';
import { hasOpenedNothing } from './patience.ts';
import { isUnreachable, type RouteCauseKind } from './route-cause.ts';

export const nothingListens: RouteCauseKind = {
  code: 'nothing-listens',
  fault: 'recipe',
  meaning:
    'The route is right and the container runs, but no program in it listens on any port. One that works may still be ' +
    'starting, so then the wait goes on, until the time-out of the app at the latest.',
  shows:
    'the proxy answers 502, the list of listening sockets in the container is empty, and over several looks nothing in it moves',
  earliest: '9 s after the program has become idle; 10 s after a passing health check',
  hint: 'read the log of the service: its program has not opened a port',
  detect(seen) {
    if (!isUnreachable(seen)) return undefined;
    const target = seen.targets.find((candidate) => listening(candidate)?.length === 0);
    if (target === undefined) return undefined;
    return {
      service: target.service,
      sentence: `${target.service}: nothing listens in the container, and the route leads to port ${target.port}`,
      evidence: [],
      final: hasOpenedNothing(target, seen),
    };
  },
};
