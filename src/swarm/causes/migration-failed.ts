import type { CauseKind } from './cause-kind.ts';
import { findLateService } from './database-not-ready.ts';
import { failedProgram } from './failed-program.ts';
import { type LineMatch, matchLines } from './lines/log-line.ts';
import { MIGRATION_LINES } from './lines/migration-lines.ts';
import { findUnknownName } from './name-not-resolvable.ts';

export const migrationFailed: CauseKind = {
  code: 'migration-failed',
  fault: 'recipe',
  meaning:
    'The program ended with an error while it brought its database to its own version; the words are those of a known ' +
    'migration tool. A database that could not be reached is another cause and goes before this one.',
  shows:
    'the words of a migration tool in the last lines of a program that ended with an exit code other than 0, with no line that says the database could not be reached',
  earliest: 'when the program is known to have failed: with its last attempt, or as a crash loop',
  hint: 'read the lines of the tool; a version that was skipped, or a migration that was broken off, is the usual reason',
  explains: ['crash-loop'],
  detect(service, stack) {
    const failed = failedProgram(service, stack);
    if (failed?.exitCode === undefined || failed.exitCode === 0) return undefined;
    const { atMs, gaveUpMs, lines, exitCode } = failed;
    if (findLateService(service, stack, lines, gaveUpMs) ?? findUnknownName(service, stack, lines)) return undefined;
    const found = findBrokenMigration(lines);
    if (found === undefined) return undefined;
    return {
      atMs,
      sentence: `${service.service}: ${whichMigration(found)} failed (exit code ${exitCode})`,
      evidence: [`${found.program}: ${found.line.trim()}`, ...lines],
    };
  },
};

/** The last words of a migration tool among a program's lines; undefined when there are none. Pure. */
export function findBrokenMigration(lines: readonly string[]): LineMatch | undefined {
  return matchLines(lines, MIGRATION_LINES).at(-1);
}

/** `a migration of Django (auth.0002_x)`. */
export function whichMigration({ program, name }: LineMatch): string {
  return `a migration of ${program}${name === undefined ? '' : ` (${name})`}`;
}
