import { CodedError } from '../base/errors.ts';
import type { VerdictName } from '../results/schema.ts';

/** What the command's exit code means. Documented in docs/results.md; part of the interface. */
export const EXIT = { success: 0, failure: 1, usage: 2, error: 3, cancelled: 4, approval: 5 } as const;

/** The exit code of a verdict. */
export function exitCodeOf(verdict: VerdictName): number {
  return EXIT[verdict];
}

/** The exit code of an error that ended a verb: by whose fault it is. */
export function exitCodeOfError(error: unknown): number {
  if (!(error instanceof CodedError)) return EXIT.error;
  if (error.code === 'E_NEEDS_APPROVAL') return EXIT.approval;
  switch (error.fault) {
    case 'usage':
      return EXIT.usage;
    case 'recipe':
    case 'image':
      return EXIT.failure;
    case 'infrastructure':
    case 'cc-ci':
      return EXIT.error;
  }
}
