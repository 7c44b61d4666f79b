import { listening } from './listening.ts';
import { isUnreachable, patienceWith, type RouteCauseKind } from './route-cause.ts';
import { showSocket } from './sockets.ts';

export const portMismatch: RouteCauseKind = {
  code: 'port-mismatch',
  fault: 'recipe',
  meaning:
    'The label `loadbalancer.server.port` names a port on which nothing listens, while the container listens on others. ' +
    'Without a health check the right one may be yet to come, so then the wait lasts until the time-out of the app.',
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
        patienceMs: patienceWith(target),
      };
    }
    return undefined;
  },
};
