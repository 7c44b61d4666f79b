import type { Observation, ObservedService } from '../observation.ts';
import type { CauseKind, Signal } from './cause-kind.ts';
import { waitedForNobody } from './database-not-ready.ts';
import { type FailedProgram, failedProgram, serviceNamed } from './failed-program.ts';
import { matchLines } from './lines/log-line.ts';
import { NAME_LINES, NO_ANSWER } from './lines/name-lines.ts';

export const nameNotResolvable: CauseKind = {
  code: 'name-not-resolvable',
  fault: 'recipe',
  meaning:
    'The program gave up on a host name that means nothing where it runs: no service of the stack is called so, or the one ' +
    'that is shares no network with it. Read from the log, and held against the services and networks of the stack.',
  shows:
    'the words of a client in the last lines of a program that gave up, and the names and networks of the services of the stack',
  earliest: 'when the program is known to have failed: with its last attempt, as a crash loop, or by its health check',
  hint: 'a service is found by its key in compose.yml, by services that are on one of its networks',
  explains: ['crash-loop', 'exits-0-not-restarted', 'healthcheck-failing'],
  detect(service, stack) {
    const failed = failedProgram(service, stack);
    return failed === undefined ? undefined : unknownName(service, stack, failed);
  },
};

/** What the last words of a program say of a name that it cannot resolve; undefined when they do not. Pure. */
export function unknownName(service: ObservedService, stack: Observation, failed: FailedProgram): Signal | undefined {
  if (waitedForNobody(service, stack, failed) !== undefined) return undefined;
  for (const { host = '', line, program } of matchLines(failed.lines, NAME_LINES).toReversed()) {
    const reason = whyUnknown(host, service, stack);
    if (reason === undefined) continue;
    // A name of the world outside that no name server answers for is the host's doing.
    const outside = host.includes('.') && NO_ANSWER.test(line);
    return {
      atMs: failed.atMs,
      sentence: `${service.service}: it cannot resolve the name ${host}: ${reason}`,
      evidence: [`${program}: ${line.trim()}`, ...failed.lines],
      ...(outside ? { fault: 'infrastructure' as const } : {}),
    };
  }
  return undefined;
}

function whyUnknown(host: string, service: ObservedService, stack: Observation): string | undefined {
  const named = serviceNamed(host, service, stack);
  if (named === undefined) {
    const others = stack.services.filter((other) => other !== service).map((other) => other.service);
    return host.includes('.')
      ? 'it is a name outside the stack'
      : others.length === 0
        ? 'no service of the stack has that name'
        : `no service of the stack has that name (there is ${others.join(', ')})`;
  }
  if (named.networkIds.some((id) => service.networkIds.includes(id))) return undefined;
  return `the service ${named.service} shares no network with ${service.service}`;
}
