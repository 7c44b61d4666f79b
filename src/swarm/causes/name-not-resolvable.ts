import type { Observation, ObservedService } from '../observation.ts';
import type { CauseKind } from './cause-kind.ts';
import { findLateService } from './database-not-ready.ts';
import { failedProgram, serviceNamed } from './failed-program.ts';
import { type LineMatch, matchLines } from './lines/log-line.ts';
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
    if (failed === undefined) return undefined;
    const { atMs, gaveUpMs, lines } = failed;
    const found = findLateService(service, stack, lines, gaveUpMs) ? undefined : findUnknownName(service, stack, lines);
    if (found === undefined) return undefined;
    return {
      atMs,
      sentence: `${service.service}: it cannot resolve the name ${found.host}: ${found.reason}`,
      evidence: [`${found.program}: ${found.line.trim()}`, ...lines],
      // A name of the world outside that no name server answers for is the host's doing.
      ...(found.unanswered ? { fault: 'infrastructure' as const } : {}),
    };
  },
};

export interface UnknownName extends LineMatch {
  readonly host: string;
  /** Why nobody answers to it. */
  readonly reason: string;
  /** True for a name outside the stack that no name server gave an answer for. */
  readonly unanswered: boolean;
}

/** The name that a program's words say it cannot resolve, where the stack shows why. Pure. */
export function findUnknownName(
  service: ObservedService,
  stack: Observation,
  lines: readonly string[],
): UnknownName | undefined {
  for (const match of matchLines(lines, NAME_LINES).toReversed()) {
    const { host = '', line } = match;
    const reason = whyUnknown(host, service, stack);
    if (reason !== undefined) return { ...match, host, reason, unanswered: host.includes('.') && NO_ANSWER.test(line) };
  }
  return undefined;
}

function whyUnknown(host: string, service: ObservedService, stack: Observation): string | undefined {
  const named = serviceNamed(host, service, stack);
  if (named === undefined) {
    if (host.includes('.')) return 'it is a name outside the stack';
    const others = stack.services.filter(({ serviceId }) => serviceId !== service.serviceId);
    const names = others.map((other) => other.service).join(', ');
    return `no other service of the stack has that name${names === '' ? '' : ` (there is ${names})`}`;
  }
  if (named.networkIds.some((id) => service.networkIds.includes(id))) return undefined;
  return `the service ${named.service} shares no network with ${service.service}`;
}
