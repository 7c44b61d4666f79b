import { type CauseKind, detectPending, evidenceOf, findTaskError } from './cause-kind.ts';

export const hostPortTaken: CauseKind = {
  code: 'host-port-taken',
  fault: 'infrastructure',
  meaning: 'A published port is already in use on this host, by another service or by a process.',
  shows:
    "a `failed` task with `address already in use` (a process has the port), a `pending` task with `host-mode port already in use` (a service has it), or the CLI's refusal of an ingress port",
  earliest: 'the first failed start; 2 s of waiting for a task that is pending; during the deploy call',
  hint: 'find its user with `ss -ltnp` and `docker service ls`; on a CI host each port can serve one run at a time',
  detect(service, stack) {
    const bound = findTaskError(
      service,
      ['failed', 'rejected', 'starting'],
      /(?:\b(?<port>\d+): bind: )?(?:address already in use|port is already allocated)/,
    );
    if (bound !== undefined) {
      const port = bound.match.groups?.['port'];
      return {
        atMs: bound.task.atMs,
        sentence: `${service.service}: ${port === undefined ? 'a port' : `port ${port}`} of the host is used by another process`,
        evidence: evidenceOf(bound.task),
      };
    }
    const pending = detectPending(service, stack, /host-mode port already in use/);
    if (pending === undefined) return undefined;
    // A task that is being replaced keeps its port until it has stopped, and the new one waits with this same error.
    if (service.awaitsFreePort === true || stack.services.some(({ leaving }) => leaving > 0)) return undefined;
    return {
      atMs: pending.atMs,
      sentence: `${service.service}: a host port is used by another service of this Swarm`,
      evidence: evidenceOf(pending),
    };
  },
  detectRefusal(message) {
    const found = /port '(?<port>\d+)' is already in use by service '?(?<holder>[^\s']+)/.exec(message);
    if (found === null) return undefined;
    const { port, holder } = found.groups ?? {};
    return { service: '', sentence: `the ingress port ${port} is used by the service ${holder}` };
  },
};
