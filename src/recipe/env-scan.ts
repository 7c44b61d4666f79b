import { CodedError } from '../base/errors.ts';

/** One `KEY=value` of an env text, by offsets into that text: whatever lies outside the value stays as it is. */
export interface EnvStatement {
  readonly key: string;
  /** True for `#KEY=value`: an option that is switched off. */
  readonly optional: boolean;
  readonly line: number;
  /** Where the value begins and ends, its quotes included. */
  readonly start: number;
  readonly end: number;
  readonly quote: '"' | "'" | undefined;
  /** What follows the value's `#`, without it; empty when there is no comment. */
  readonly comment: string;
}

/** White space inside a line, as godotenv counts it: Unicode's other spaces are part of a value. */
const SPACES = '\t\v\f \u0085\u00a0';
const SPACE = '[\\t\\v\\f \\u0085\\u00a0]';
const LINE_BREAK = /\r\n|\n|\r/g;
const BLANK = new RegExp(`^${SPACE}*$`);
const ASSIGNMENT = new RegExp(`^\\uFEFF?${SPACE}*(?:export${SPACE}+)?(?<key>[\\w.]+)${SPACE}*[=:]${SPACE}*`);
const OPTION = new RegExp(`^${SPACE}*#+${SPACE}*(?<key>[A-Z][A-Z0-9_]*)=${SPACE}*`);
const COMMENT = new RegExp(`^\\uFEFF?${SPACE}*#`);
const AFTER_QUOTE = new RegExp(`^${SPACE}*(?:#(?<comment>.*))?$`);

/** True when `text` holds white space followed by `#`, which would begin a comment in an unquoted value. */
export function holdsComment(text: string): boolean {
  return lastComment(text) !== undefined;
}

/** Where the last `#` behind white space stands: godotenv looks from the right. */
function lastComment(text: string): number | undefined {
  let at = text.lastIndexOf('#');
  while (at > 0 && !SPACES.includes(text.charAt(at - 1))) at = text.lastIndexOf('#', at - 1);
  return at > 0 ? at : undefined;
}

/** Takes white space, as godotenv counts it, off both ends. */
export function trimSpaces(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && SPACES.includes(text.charAt(start))) start += 1;
  while (end > start && SPACES.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/**
 * Finds the assignments of an env text in the dialect of godotenv, the parser abra builds on: a comment in an unquoted
 * value begins at the last ` #`, quoted values may span lines, `export KEY=…` and `KEY: …` are taken.
 * A line that is none of these is `E_ENV_SYNTAX` with its line and column.
 */
export function scanEnv(text: string, file = '.env.sample'): EnvStatement[] {
  const statements: EnvStatement[] = [];
  let offset = 0;
  let line = 1;
  while (offset < text.length) {
    const lineEnd = endOfLine(text, offset);
    const content = text.slice(offset, lineEnd);
    const statement = scanLine(text, content, offset, line, file);
    if (statement !== undefined) statements.push(statement);
    const last = statement === undefined ? lineEnd : Math.max(lineEnd, endOfLine(text, statement.end));
    const next = afterBreak(text, last);
    line += text.slice(offset, next).match(LINE_BREAK)?.length ?? 0;
    offset = next;
  }
  return statements;
}

function scanLine(text: string, content: string, offset: number, line: number, file: string): EnvStatement | undefined {
  if (BLANK.test(content) || content === '\uFEFF') return undefined;
  const limit = offset + content.length;
  const option = OPTION.exec(content);
  if (option !== null) {
    const start = offset + option[0].length;
    const value = scanValue(text.slice(0, limit), start, limit);
    // Prose such as `# NAME="a` is no defect: such a value is taken as it stands.
    const taken = typeof value === 'string' ? { start, end: limit, quote: undefined, comment: '' } : value;
    return { key: option.groups?.['key'] ?? '', optional: true, line, ...taken };
  }
  if (COMMENT.test(content)) return undefined;
  const assignment = ASSIGNMENT.exec(content);
  if (assignment === null) {
    const column = 1 + content.length - content.trimStart().length;
    throw syntaxError('this is neither a comment nor KEY=value', file, line, column);
  }
  const value = scanValue(text, offset + assignment[0].length, limit);
  if (typeof value === 'string') throw syntaxError(value, file, line, assignment[0].length + 1);
  return { key: assignment.groups?.['key'] ?? '', optional: false, line, ...value };
}

type ScannedValue = Pick<EnvStatement, 'start' | 'end' | 'quote' | 'comment'>;

/** The value that begins at `start`, or a sentence that says what is wrong with it. */
function scanValue(text: string, start: number, lineEnd: number): ScannedValue | string {
  const quote = text[start];
  if (quote === '"' || quote === "'") {
    const close = closingQuote(text, start, quote);
    if (close === undefined) return 'this quoted value has no closing quote';
    const rest = AFTER_QUOTE.exec(text.slice(close + 1, endOfLine(text, close + 1)));
    if (rest === null) return 'after the closing quote comes text that is no comment';
    return { start, end: close + 1, quote, comment: rest.groups?.['comment'] ?? '' };
  }
  const content = text.slice(start, lineEnd);
  if (content.startsWith('#') && BLANK.test(text.slice(start - 1, start))) {
    // `KEY=  # comment`: the value is empty and sits right behind the `=`.
    let end = start;
    while (end > 0 && SPACES.includes(text.charAt(end - 1))) end -= 1;
    return { start: end, end, quote: undefined, comment: content.slice(1) };
  }
  const mark = lastComment(content);
  const value = trimSpaces(mark === undefined ? content : content.slice(0, mark));
  const comment = mark === undefined ? '' : content.slice(mark + 1);
  return { start, end: start + value.length, quote: undefined, comment };
}

function closingQuote(text: string, start: number, quote: string): number | undefined {
  for (let index = start + 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === quote) return index;
  }
  return undefined;
}

function endOfLine(text: string, from: number): number {
  const found = /[\r\n]/.exec(text.slice(from));
  return found === null ? text.length : from + found.index;
}

function afterBreak(text: string, end: number): number {
  return end + (text.startsWith('\r\n', end) ? 2 : end < text.length ? 1 : 0);
}

function syntaxError(what: string, file: string, line: number, column: number): CodedError {
  return new CodedError({
    code: 'E_ENV_SYNTAX',
    message: what,
    fault: 'recipe',
    where: { file, line, column },
    hint: 'write KEY=value, KEY="value" or # comment',
  });
}
