import { plainText } from './plain-text.ts';

/** How a piece of text is set: on a terminal, in a picture of one, or in a pipe where it is plain. */
export type Ink = 'plain' | 'strong' | 'dim' | 'pass' | 'fail' | 'skip' | 'unver' | 'accent';

export interface Span {
  readonly text: string;
  readonly ink: Ink;
}

/** One line of output. */
export type Line = readonly Span[];

/** A span of one line. Whatever text it is given, no terminal sequence comes out: this is the only way to make one. */
export function span(text: string, ink: Ink = 'plain'): Span {
  return { text: plainText(text).replace(/[\n\t]/g, ' '), ink };
}

const ESCAPES: Readonly<Record<Ink, string>> = {
  plain: '',
  strong: '\u001b[1m',
  dim: '\u001b[2m',
  pass: '\u001b[32m',
  fail: '\u001b[31m',
  skip: '\u001b[36m',
  unver: '\u001b[33m',
  accent: '\u001b[1;35m',
};

/** Writes lines with terminal colours, or without. There is no newline at the end. */
export function writeLines(lines: readonly Line[], colour: boolean): string {
  return lines.map((line) => (colour ? line.map(paint).join('') : plainLine(line))).join('\n');
}

/** The characters of a line, without blanks at its end. */
export function plainLine(line: Line): string {
  return line
    .map((one) => one.text)
    .join('')
    .trimEnd();
}

/** Whether to colour: on a terminal that can, unless NO_COLOR has any value (no-color.org). */
export function wantsColour(
  stream: { readonly isTTY?: boolean | undefined },
  env: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  return stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

function paint({ text, ink }: Span): string {
  return ESCAPES[ink] === '' || text.trim() === '' ? text : `${ESCAPES[ink]}${text}\u001b[0m`;
}
