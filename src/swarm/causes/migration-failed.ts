import type { Observation, ObservedService } from '../observation.ts';
import type { CauseKind, Signal } from './cause-kind.ts';
import { waitedForNobody } from './database-not-ready.ts';
import { type FailedProgram, failedProgram } from './failed-program.ts';
import { matchLines } from './lines/log-line.ts';
import { MIGRATION_LINES } from './lines/migration-lines.ts';
import { unknownName } from './name-not-resolvable.ts';

export const migrationFailed: CauseKind = {
  code: 'migration-failed',
  fault: 'recipe',
  meaning:
    'The program ended with an error while it brought its database to its own version; the words are those of a known ' +
    'migration tool. A database that could not be reached is another cause and goes before this one.',
  shows: 'the words of a migration tool in the last lines of a program that ended with an exit code other than 0',
  earliest: 'when the program is known to have failed: with its last attempt, or as a crash loop',
  hint: 'read the lines of the tool; a version that was skipped, or a migration that was broken off, is the usual reason',
  explains: ['crash-loop'],
  detect(service, stack) {
    const failed = failedProgram(service, stack);
    if (failed?.exitCode === undefined || failed.exitCode === 0) return undefined;
    return brokenMigration(service, stack, failed);
  },
};

/** What the last words of a program say of a migration that failed; undefined when they do not. Pure. */
export function brokenMigration(
  service: ObservedService,
  stack: Observation,
  failed: FailedProgram,
): Signal | undefined {
  const lower = waitedForNobody(service, stack, failed) ?? unknownName(service, stack, failed);
  const match = matchLines(failed.lines, MIGRATION_LINES).at(-1);
  if (lower !== undefined || match === undefined) return undefined;
  const { program, name, line } = match;
  const code = failed.exitCode === undefined ? '' : ` (exit code ${failed.exitCode})`;
  return {
    atMs: failed.atMs,
    sentence: `${service.service}: a ${program} migration failed${name === undefined ? '' : `: ${name}`}${code}`,
    evidence: [`${program}: ${line.trim()}`, ...failed.lines],
  };
}
