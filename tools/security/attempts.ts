import { countOf } from '../../src/base/text.ts';

/** One line of docs/security.md: an attack, and the test that makes it. */
export interface Attempt {
  /** S, P, T or F, as the page says; a dash where nobody does it on purpose. */
  readonly who: string;
  readonly kind: string;
  readonly attempt: string;
  readonly stop: string;
  readonly file: string;
  /** As the test file has it, with `%s` where a table of cases fills in. */
  readonly title: string;
}

export interface JudgedAttempt extends Attempt {
  readonly seen: 'stopped' | 'got through' | 'not made';
  /** How many tests made it. */
  readonly tests: number;
}

const ROW =
  /^\| (?<who>[^|]+) \| (?<kind>[^|]+) \| (?<attempt>[^|]+) \| (?<stop>[^|]+) \| `(?<file>test\/[^`]+)`: (?<title>.+) \|$/u;

/** The attempts of the page, in its order. */
export function readAttempts(page: string): readonly Attempt[] {
  return page.split('\n').flatMap((line) => {
    const found = ROW.exec(line)?.groups;
    if (found === undefined) return [];
    const { who = '', kind = '', attempt = '', stop = '', file = '', title = '' } = found;
    return [{ who, kind, attempt, stop, file, title }];
  });
}

/** A pattern for vitest's `-t` that all tests of these titles match. */
export function testPattern(titles: readonly string[]): string {
  return titles.map(patternOf).join('|');
}

function patternOf(title: string): string {
  // An escaped quotation mark of the source is one in the name; a place for a value is any text.
  const name = title.replaceAll(/\\(?=['"`])/g, '');
  return name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(/%[sdifjo#]|\\\$\w+/g, '.*');
}

/** What became of each attempt, by the tests that ran. One without a test that passed has not been stopped. */
export function judgeAttempts(
  attempts: readonly Attempt[],
  tests: readonly { readonly name: string; readonly status: string }[],
): readonly JudgedAttempt[] {
  return attempts.map((attempt) => {
    // A title may be that of a group: then all tests of the group make the attempt.
    const pattern = new RegExp(`(?:^|\\s)${patternOf(attempt.title)}(?:\\s|$)`, 'su');
    const made = tests.filter(({ name, status }) => (status === 'passed' || status === 'failed') && pattern.test(name));
    const failed = made.some(({ status }) => status === 'failed');
    const seen = made.length === 0 ? 'not made' : failed ? 'got through' : 'stopped';
    return { ...attempt, seen, tests: made.length };
  });
}

/** A table for a terminal: who, what, what is expected, what was seen. */
export function renderAttempts(attempts: readonly JudgedAttempt[]): string {
  return attempts
    .map(
      ({ who, kind, attempt, stop, seen, tests }) =>
        `${seen === 'stopped' ? 'ok  ' : 'FAIL'} ${who} ${kind}: ${attempt}\n       expected: ${stop}\n       seen: ${seen}, by ${countOf(tests, 'test')}`,
    )
    .join('\n');
}
