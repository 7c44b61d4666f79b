import { CodedError } from '../../base/errors.ts';
import { formatPath, type Path } from './raw.ts';

/** Codes of what is refused in a stack file; each is explained in docs/verbs/config.md. */
export type ComposeCode =
  | 'E_COMPOSE_MISSING'
  | 'E_COMPOSE_YAML'
  | 'E_COMPOSE_VERSION'
  | 'E_COMPOSE_FORBIDDEN'
  | 'E_COMPOSE_SCHEMA'
  | 'E_COMPOSE_INTERPOLATION'
  | 'E_COMPOSE_VALUE'
  | 'E_COMPOSE_ENV_FILE'
  | 'E_COMPOSE_MERGE'
  | 'E_OUTSIDE_CHECKOUT';

/** What is wrong at one path of one document. The loader adds file, line and column. */
export interface Problem {
  readonly code: ComposeCode;
  readonly path: Path;
  /** Without the place: `must be a list, not a string`. */
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Thrown inside the loader; `locateProblem` turns it into the error that leaves the room. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

export function refuse(code: ComposeCode, path: Path, message: string, hint?: string): never {
  throw new ProblemError({ code, path, message, hint });
}

/** Where a document came from and how to find a path in it. */
export interface Locator {
  readonly file: string;
  locate(path: Path): { readonly line: number; readonly column: number };
}

/** `ports[0] must be …`: the last key of the path stands for the whole, which the place has in full. */
function sentenceOf({ path, message }: Problem): string {
  const last = path.findLastIndex((part) => typeof part === 'string');
  const subject = formatPath(path.slice(Math.max(last, 0)));
  return subject === '' ? message : `${subject} ${message}`;
}

/** The error for a person, and for other rooms: a recipe's fault, with its place. Further problems become evidence. */
export function locateProblem(problem: Problem, source: Locator, others: readonly Problem[] = []): CodedError {
  const key = formatPath(problem.path);
  return new CodedError({
    code: problem.code,
    message: sentenceOf(problem),
    fault: 'recipe',
    where: { file: source.file, ...source.locate(problem.path), key: key === '' ? undefined : key },
    hint: problem.hint,
    evidence: others.map((other) => {
      const { line, column } = source.locate(other.path);
      return `${source.file}:${line}:${column}: ${formatPath(other.path)} ${other.message}`;
    }),
  });
}
