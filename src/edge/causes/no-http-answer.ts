import { listening } from './listening.ts';
import { isStuck } from './patience.ts';
import { isUnreachable, type RouteCauseKind } from './route-cause.ts';
import { isLoopback, showSocket } from './sockets.ts';

export const noHttpAnswer: RouteCauseKind = {
  code: 'no-http-answer',
  fault: 'recipe',
  meaning:
    'The routed port is open, but what answers there is nothing that a proxy takes for HTTP: another protocol, TLS where plain ' +
    'HTTP is expected, a connection that is closed at once, or silence.',
  shows:
    'the proxy answers 502 or 504, although the list of listening sockets in the container has the routed port on all addresses',
  earliest: '9 s after the stack has become idle',
  hint: 'check which port speaks HTTP; for one with TLS set `loadbalancer.server.scheme=https`',
  detect(seen) {
    if (!isUnreachable(seen)) return undefined;
    for (const target of seen.targets) {
      const open = listening(target)?.filter((socket) => socket.port === target.port && !isLoopback(socket)) ?? [];
      if (open.length === 0) continue;
      return {
        service: target.service,
        sentence: `${target.service}: port ${target.port} is open, but the proxy gets no HTTP answer from it (${seen.answer.status ?? '?'})`,
        evidence: open.map(showSocket),
        final: isStuck(seen),
      };
    }
    return undefined;
  },
};
