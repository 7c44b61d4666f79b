import type { Observation, ObservedService } from '../observation.ts';
import type { CauseKind } from './cause-kind.ts';
import { failedProgram, serviceNamed, sinceDeploy } from './failed-program.ts';
import { CONNECTION_LINES, PORT_OF_WORDS, SERVERS_BY_PORT } from './lines/connection-lines.ts';
import { type LineMatch, matchLines } from './lines/log-line.ts';
import { NAME_LINES } from './lines/name-lines.ts';

export const databaseNotReady: CauseKind = {
  code: 'database-not-ready',
  fault: 'recipe',
  meaning:
    'The program gave up because another service of its stack, a database say, was not ready when it was asked, and it does ' +
    'not try again. Claimed only where a line of the log names that service, or can only mean it, and the service became ' +
    'ready later or never.',
  shows:
    'a refused connection, or a name not found, in the last lines of a program that gave up, and the moment at which the service that is meant became ready',
  earliest: 'when the program is known to have failed: with its last attempt, as a crash loop, or by its health check',
  hint: 'let the entrypoint retry, or let `restart_policy` start it again: `condition: any` without `max_attempts`',
  explains: ['crash-loop', 'exits-0-not-restarted', 'healthcheck-failing'],
  detect(service, stack) {
    const failed = failedProgram(service, stack);
    if (failed === undefined) return undefined;
    const { atMs, gaveUpMs, lines } = failed;
    const found = findLateService(service, stack, lines, gaveUpMs);
    if (found === undefined) return undefined;
    return {
      atMs,
      sentence:
        `${service.service}: it gave up ${sinceDeploy(gaveUpMs, stack)} after the deploy began because ` +
        `${found.late.service} was not ready; ${readiness(found.late, stack)}`,
      evidence: [`${found.program}: ${found.line.trim()}`, ...lines],
    };
  },
};

/** When a service became ready, as half of a sentence. */
export function readiness({ readyAtMs }: ObservedService, stack: Observation): string {
  return readyAtMs === undefined
    ? 'it is still not ready'
    : `it was ready ${sinceDeploy(readyAtMs, stack)} after the deploy began`;
}

/** The service that a program's words are about, where it became ready only after a moment (Unix ms) or never. Pure. */
export function findLateService(
  service: ObservedService,
  stack: Observation,
  lines: readonly string[],
  askedMs: number,
): (LineMatch & { readonly late: ObservedService }) | undefined {
  for (const match of matchLines(lines, [...CONNECTION_LINES, ...NAME_LINES]).toReversed()) {
    const late = serviceMeant(match, service, stack);
    if (late !== undefined && wasLate(late, askedMs)) return { ...match, late };
  }
  return undefined;
}

/** A health check tells when a service is ready; without one, only that it did not even run is certain. */
function wasLate({ hasHealthcheck, readyAtMs, tasks }: ObservedService, atMs: number): boolean {
  if (readyAtMs !== undefined) return readyAtMs > atMs;
  return hasHealthcheck || !tasks.some((task) => task.state === 'running' && task.atMs <= atMs);
}

function serviceMeant(
  { host, port, name }: LineMatch,
  service: ObservedService,
  stack: Observation,
): ObservedService | undefined {
  const named = host === undefined ? undefined : serviceNamed(host, service, stack);
  if (named !== undefined) {
    // A name without a common network is never found, however long one waits.
    return named.networkIds.some((id) => service.networkIds.includes(id)) ? named : undefined;
  }
  if (host !== undefined && !/^[\d.]+$|:/.test(host)) return undefined;
  const server = SERVERS_BY_PORT[port ?? PORT_OF_WORDS[name ?? ''] ?? 0];
  const fitting = stack.services.filter(
    (other) => other.serviceId !== service.serviceId && server?.test(other.image) === true,
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}
