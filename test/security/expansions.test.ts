import { describe, expect, test } from 'vitest';
import { CodedError } from '../../src/base/errors.ts';
import { judgeRecords } from '../../src/custom/judge.ts';
import { MOST_POINTS, parseTap } from '../../src/custom/tap.ts';
import { readCommand } from '../../src/forge/command.ts';
import { readDocument } from '../../src/recipe/compose/document.ts';
import { interpolate } from '../../src/recipe/compose/interpolate.ts';
import { parsePorts, portProblem } from '../../src/recipe/compose/ports.ts';
import { ProblemError } from '../../src/recipe/compose/problem.ts';
import { substitute } from '../../src/recipe/compose/template.ts';
import { parseBytes, parseDuration } from '../../src/recipe/compose/units.ts';
import { editEnv, parseEnv } from '../../src/recipe/env.ts';

/** A few bytes that mean a lot, and texts that one expression used to look at again and again. */

function codeOf(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error: unknown) {
    if (error instanceof CodedError) return error.code;
    if (error instanceof ProblemError) return error.problem.code;
    throw error;
  }
  return 'taken';
}

describe('variables that hold each other', () => {
  const doubling = (levels: number) =>
    ['A0=xxxxxxxxxxxxxxxx', ...Array.from({ length: levels }, (_, at) => `A${at + 1}=$A${at}$A${at}`)].join('\n');

  test('and double with every line of the env sample are refused, at the line where it is too much', () => {
    expect(parseEnv(doubling(8)).entries.at(-1)?.value).toHaveLength(4096);
    expect(codeOf(() => parseEnv(doubling(40)))).toBe('E_ENV_SYNTAX');
    expect(codeOf(() => parseEnv(`A=${'x'.repeat(100_000)}\n${'B=$A$A\n'.repeat(1000)}`))).toBe('E_ENV_SYNTAX');
  });

  test('and stand in a stack file again and again are refused', () => {
    const lookup = () => 'x'.repeat(100_000);
    expect(substitute('$A'.repeat(200_000), lookup)).toMatchObject({ ok: false });
    const list = Array.from({ length: 10_000 }, () => '$A');
    expect(codeOf(() => interpolate({ list }, lookup))).toBe('E_COMPOSE_INTERPOLATION');
  });

  test('are set in one pass, however many', () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => `K${index}`);
    const text = keys.map((key) => `${key}=1 # kept\n`).join('');
    const edited = editEnv(text, Object.fromEntries(keys.map((key) => [key, '2'])));
    expect(edited).toBe(text.replaceAll('=1', '=2'));
  });
});

test('aliases of one long text do not make a stack that no disk holds', () => {
  const text = `x-a: &a ${'y'.repeat(100_000)}\nx-b: [${Array(1000).fill('*a').join(', ')}]\nservices: {}\n`;
  expect(codeOf(() => readDocument(text, 'compose.yml'))).toBe('E_COMPOSE_YAML');
});

test.each([
  ['lists', `x-a: ${'['.repeat(5000)}${']'.repeat(5000)}\n`],
  ['mappings', Array.from({ length: 4000 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
])('%s that are nested without end are named as that', (_, text) => {
  expect(codeOf(() => readDocument(text, 'compose.yml'))).toBe('E_COMPOSE_YAML');
});

describe('ranges of ports', () => {
  test('are refused before they are written out', () => {
    expect(portProblem('1-65535')).toContain('65535 ports');
    expect(portProblem('1-65535:80')).toContain('65535 ports');
    expect(parsePorts('1-65535:1-65535')).toContain('at most 1000');
  });

  test('are taken as Docker takes them below that', () => {
    expect(parsePorts('8000-8999:8000-8999')).toHaveLength(1000);
  });
});

describe('an interval', () => {
  test('of 118 characters that is none is no work', () => {
    expect(parseDuration(`${'1'.repeat(117)}x`)).toBeUndefined();
    expect(parseDuration(`${'1'.repeat(200_000)}x`)).toBeUndefined();
  });

  test.each([
    ['1m30s', 90_000_000_000n],
    ['-1.5h', -5_400_000_000_000n],
    ['.5s', 500_000_000n],
    ['1.s', 1_000_000_000n],
    ['+2ms3us', 2_003_000n],
    ['0', 0n],
    ['-0', 0n],
    ['', undefined],
    ['-', undefined],
    ['1', undefined],
    ['1s2', undefined],
    ['.s', undefined],
    ['1..5s', undefined],
    ['1 s', undefined],
    ['9999999999h', undefined],
  ])('%s is read as before', (text, nanoseconds) => {
    expect(parseDuration(text)).toBe(nanoseconds);
  });

  test.each([
    ['512M', 536_870_912n],
    ['1.5 GiB', 1_610_612_736n],
    ['1024', 1024n],
    ['1e3', 1000n],
    ['1. kb', 1024n],
    ['1 k b', undefined],
    ['k', undefined],
    ['1e999', undefined],
  ])('and so is the size %s', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });
});

describe('a TAP stream', () => {
  const points = (count: number) => Array.from({ length: count }, (_, index) => `ok ${index + 1}\n`).join('');

  test('of 200,000 points is read to a bound, and says so', () => {
    const { points: kept, problem } = parseTap(`${points(200_000)}1..200000\n`);
    expect(kept).toHaveLength(MOST_POINTS);
    expect(problem).toContain('more than 10000');
  });

  test('of points in points is bounded as well', () => {
    const inner = points(200_000).replaceAll('ok', '    ok');
    expect(parseTap(`${inner}ok 1\n1..1\n`).problem).toContain('more than 10000');
  });

  test('with 200,000 lines of detail keeps the first of them', () => {
    const stream = `not ok 1\n  ---\n${'  x\n'.repeat(200_000)}  ...\n1..1\n`;
    expect(parseTap(stream)).toMatchObject({
      problem: undefined,
      points: [{ detail: expect.stringMatching(/^x\nx/) }],
    });
  });

  test('does not hide a failed point in a block of YAML that is not one', () => {
    const stream = 'ok 1\n  ---\nnot ok 2\n  ...\n1..2\n';
    expect(parseTap(stream).points.map(({ outcome }) => outcome)).toEqual(['passed', 'failed']);
  });

  test('is a directive whatever white space follows it', () => {
    expect(parseTap(`ok 1 ${'#skip'.repeat(50_000)}\u2028\n1..1\n`).points).toMatchObject([{ outcome: 'skipped' }]);
  });

  test('of a Node file is bounded, too', () => {
    const event = { nesting: 0, name: 'x', outcome: 'pass', skipped: false, suite: false, ms: 1 } as const;
    const events = Array.from({ length: 200_000 }, () => ({ ...event, detail: undefined, failure: undefined }));
    const record = { path: 'a.test.ts', kind: 'node', complete: true, events, ms: 1, stdout: '', stderr: '' } as const;
    const ending = { exitCode: 0, signal: null, timedOut: false, startError: undefined } as const;
    const judged = judgeRecords([{ path: 'a.test.ts', kind: 'node' }] as never, [{ ...record, ...ending }] as never);
    expect(judged.cases).toHaveLength(MOST_POINTS);
    expect(judged.broken).toContain('more than 10000');
  });
});

describe('a comment', () => {
  test('of 40,000 tildes and a line separator is read at once, six times', () => {
    for (let time = 0; time < 6; time += 1) {
      expect(readCommand(`!testme\n${'~'.repeat(40_000)}\u2028`)).toMatchObject({ kind: 'command' });
      expect(readCommand(`${'~'.repeat(40_000)}\u2028\n!testme`)).toEqual({ kind: 'nothing' });
    }
  });

  test('of comments of HTML that never end is read at once', () => {
    expect(readCommand(`!testme\n${'<!--'.repeat(16_000)}`)).toMatchObject({ kind: 'command' });
    expect(readCommand(`${'<!---->'.repeat(9_000)}\n!testme`)).toMatchObject({ kind: 'command' });
  });
});
