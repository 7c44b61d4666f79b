import { CodedError } from '../../base/errors.ts';
import type { Cause } from '../types.ts';

/** The error form of a cause, for callers that cannot go on. */
export class CauseError extends CodedError {
  readonly known: Cause;

  constructor(code: string, known: Cause, cause?: unknown) {
    super({ code, message: known.sentence, fault: known.fault, hint: known.hint, evidence: known.evidence, cause });
    this.known = known;
  }
}
