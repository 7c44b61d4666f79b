import { listening } from './listening.ts';
import { hasOpenedOthers } from './patience.ts';
import { isUnreachable, type RouteCauseKind } from './route-cause.ts';
import { isLoopback, showSocket } from './sockets.ts';

export const listensOnLoopback: RouteCauseKind = {
  code: 'listens-on-loopback',
  fault: 'recipe',
  meaning:
    'The program listens on the routed port, but only on the loopback of its own container, where the proxy cannot reach ' +
    'it. A health check inside the container passes all the same.',
  shows:
    'the proxy answers 502, and the list of listening sockets in the container has the routed port on a loopback address only',
  earliest: '5 s after the program has become idle; 10 s after a passing health check',
  hint: 'make the program listen on 0.0.0.0; many take a setting such as `HOST` or `--bind`',
  detect(seen) {
    if (!isUnreachable(seen)) return undefined;
    for (const target of seen.targets) {
      const sockets = listening(target)?.filter(({ port }) => port === target.port) ?? [];
      if (sockets.length === 0 || !sockets.every(isLoopback)) continue;
      return {
        service: target.service,
        sentence: `${target.service}: port ${target.port} listens only on the container's loopback (${sockets.map(showSocket).join(', ')})`,
        evidence: sockets.map(showSocket),
        final: hasOpenedOthers(target, seen),
      };
    }
    return undefined;
  },
};
