import { listening } from './listening.ts';
import { hasOpenedOthers } from './patience.ts';
import { isUnreachable, type RouteCauseKind } from './route-cause.ts';
import { showSocket } from './sockets.ts';

export const portMismatch: RouteCauseKind = {
  code: 'port-mismatch',
  fault: 'recipe',
  meaning:
    'The label `loadbalancer.server.port` names a port on which nothing listens, while the container listens on others. ' +
    'While the program works the right one may be yet to come, so then the wait goes on.',
  shows: 'the proxy answers 502, and the list of listening sockets in the container has other ports only',
  earliest: '5 s after the program has become idle; 10 s after a passing health check',
  hint: 'set the label to the port that the program listens on',
  detect(seen) {
    if (!isUnreachable(seen)) return undefined;
    for (const target of seen.targets) {
      const sockets = listening(target) ?? [];
      if (sockets.length === 0 || sockets.some(({ port }) => port === target.port)) continue;
      const ports = [...new Set(sockets.map(({ port }) => port))].sort((one, other) => one - other);
      return {
        service: target.service,
        sentence: `${target.service}: the route leads to port ${target.port}, but the container listens on ${ports.join(', ')}`,
        evidence: sockets.map(showSocket),
        final: hasOpenedOthers(target, seen),
      };
    }
    return undefined;
  },
};
