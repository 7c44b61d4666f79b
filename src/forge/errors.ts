import { CodedError } from '../base/errors.ts';

/** What kind of answer a forge refused with; decides whether asking again can help. */
export type ForgeFailure =
  | 'unreachable'
  | 'busy'
  | 'rejected'
  | 'forbidden'
  | 'not-found'
  | 'unreadable'
  /** Not read to its end: what somebody wrote there is longer than anybody would read. */
  | 'too-large';

export class ForgeError extends CodedError {
  readonly failure: ForgeFailure;
  /** The HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  /** How long the forge asks to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** How much of the answer was read, where that was too much. */
  readonly bytes: number;

  constructor(details: {
    readonly failure: ForgeFailure;
    readonly message: string;
    readonly status?: number | undefined;
    readonly retryAfterMs?: number | undefined;
    readonly bytes?: number | undefined;
    readonly hint?: string | undefined;
    readonly cause?: unknown;
  }) {
    super({
      code: `E_FORGE_${details.failure.toUpperCase().replaceAll('-', '_')}`,
      message: details.message,
      fault: 'infrastructure',
      hint: details.hint,
      cause: details.cause,
    });
    this.failure = details.failure;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
    this.bytes = details.bytes ?? 0;
  }

  /** Whether the forge led elsewhere, as it does from a repository's old name to the new one. */
  get redirected(): boolean {
    return this.status !== undefined && this.status >= 300 && this.status < 400;
  }
}

/** Whether the same question may have another answer later. */
export function isTransient(error: unknown): boolean {
  return error instanceof ForgeError && (error.failure === 'unreachable' || error.failure === 'busy');
}
