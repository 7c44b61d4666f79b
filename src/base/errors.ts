/** Who has to act on a failure. A recipe's fault and a host's fault never share a status (design, law 6). */
export type Fault = 'recipe' | 'image' | 'infrastructure' | 'cc-ci' | 'usage';

/** The place a problem was found: every part that is known is given. Lines and columns count from 1. */
export interface Where {
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** Dotted path inside a document, such as `services.app.healthcheck.interval`. */
  readonly key?: string | undefined;
}

export interface CodedErrorDetails {
  /** Stable, documented code: `E_` and words in capitals. */
  readonly code: string;
  /** One sentence: what is wrong, in the words of the person who has to act. */
  readonly message: string;
  readonly fault: Fault;
  readonly where?: Where | undefined;
  /** What to do about it. */
  readonly hint?: string | undefined;
  /** Log or probe lines that show it. */
  readonly evidence?: readonly string[] | undefined;
  readonly cause?: unknown;
}

/** The one error type that crosses rooms. Everything else that is thrown is a defect of ours. */
export class CodedError extends Error {
  readonly code: string;
  readonly fault: Fault;
  readonly where: Where | undefined;
  readonly hint: string | undefined;
  readonly evidence: readonly string[];

  constructor(details: CodedErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'CodedError';
    this.code = details.code;
    this.fault = details.fault;
    this.where = details.where;
    this.hint = details.hint;
    this.evidence = details.evidence ?? [];
  }

  /** What a stored plan keeps of it; an Error's own message would be left out. */
  toJSON(): Omit<CodedErrorDetails, 'cause'> {
    const { code, message, fault, where, hint, evidence } = this;
    return { code, message, fault, where, hint, evidence };
  }
}

/** Writes a place as `file:line:column (key)`, leaving out what is not known; empty when nothing is. */
export function formatWhere(where: Where | undefined): string {
  if (where === undefined) return '';
  const position = [where.file, where.line, where.line === undefined ? undefined : where.column]
    .filter((part) => part !== undefined)
    .join(':');
  if (where.key === undefined) return position;
  return position === '' ? where.key : `${position} (${where.key})`;
}

/** Writes an error for a person: place, sentence, code, then what to do. */
export function formatError(error: unknown): string {
  if (!(error instanceof CodedError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const place = formatWhere(error.where);
  const lines = [`${place === '' ? '' : `${place}: `}${error.message} [${error.code}]`];
  for (const line of error.evidence) lines.push(`  | ${line}`);
  if (error.hint !== undefined) lines.push(`  → ${error.hint}`);
  return lines.join('\n');
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
