import { LineCounter, parseAllDocuments } from 'yaml';
import { CodedError } from '../../base/errors.ts';
import { type Locator, locateProblem, ProblemError, refuse } from './problem.ts';
import { isRawMap, type Path, type RawMap } from './raw.ts';
import { TreeReader } from './reader.ts';

/** One stack file, read but neither checked nor interpolated, with the place of every value. */
export interface RawDocument extends Locator {
  readonly value: RawMap;
}

/**
 * Reads the YAML of one stack file; `file` is only a name for errors.
 *
 * Only the first document of the text counts. Duplicate keys, keys that are not strings and infinite numbers are refused
 * (`E_COMPOSE_YAML`). Merge keys (`<<`) are applied: own keys win, then the earlier of several merged mappings.
 */
export function readDocument(text: string, file: string): RawDocument {
  try {
    return readTree(text, file);
  } catch (error: unknown) {
    // The library and the reader follow the nesting with their own calls.
    throw error instanceof RangeError ? nestedTooDeeply(file) : error;
  }
}

function nestedTooDeeply(file: string): CodedError {
  return new CodedError({
    code: 'E_COMPOSE_YAML',
    message: 'not valid YAML: it is nested too deeply',
    fault: 'recipe',
    where: { file },
  });
}

function readTree(text: string, file: string): RawDocument {
  const lines = new LineCounter();
  const place = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  // The failsafe schema leaves every scalar a string: giving types is the reader's affair.
  const options = {
    schema: 'failsafe',
    uniqueKeys: false,
    lineCounter: lines,
    logLevel: 'silent',
    prettyErrors: false,
  } as const;
  const documents = parseAllDocuments(text, options);
  const document = 'empty' in documents ? undefined : documents[0];
  const broken = document?.errors[0];
  if (broken?.message.includes('call stack') === true) throw nestedTooDeeply(file);
  if (broken !== undefined) {
    throw new CodedError({
      code: 'E_COMPOSE_YAML',
      message: `not valid YAML: ${broken.message}`,
      fault: 'recipe',
      where: { file, ...place(broken.pos[0]) },
      cause: broken,
    });
  }
  const contents = document?.contents ?? null;
  const reader = new TreeReader(contents);
  const locate = (path: Path): { line: number; column: number } => place(reader.offsetOf(contents, path));
  try {
    const value = reader.read(contents, []);
    if (!isRawMap(value)) refuse('E_COMPOSE_YAML', [], 'a stack file must be a mapping at the top');
    return { file, locate, value };
  } catch (error: unknown) {
    throw error instanceof ProblemError ? locateProblem(error.problem, { file, locate }) : error;
  }
}
