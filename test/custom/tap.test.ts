import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTap } from '../../src/custom/tap.ts';

const stream = (...lines: readonly string[]) => parseTap(lines.join('\n'));

describe('a TAP stream', () => {
  test('gives names, directives and diagnostics', () => {
    const { points, problem } = stream(
      'TAP version 14',
      '1..4',
      'ok 1 - answers',
      'not ok 2 - is fast',
      '  ---',
      '  message: 3 s',
      '  ...',
      'ok 3 - mails # SKIP no mail server',
      'not ok 4 - sings # TODO later',
    );
    expect(problem).toBeUndefined();
    expect(points).toEqual([
      { name: 'answers', outcome: 'passed', detail: undefined },
      { name: 'is fast', outcome: 'failed', detail: 'message: 3 s' },
      { name: 'mails', outcome: 'skipped', detail: 'no mail server' },
      { name: 'sings', outcome: 'skipped', detail: 'later' },
    ]);
  });
  test('may have its plan at the end, points without numbers and a # in a name', () => {
    expect(stream('ok', 'ok - issue \\#3', '1..2')).toEqual({
      points: [
        { name: 'test 1', outcome: 'passed', detail: undefined },
        { name: 'issue #3', outcome: 'passed', detail: undefined },
      ],
      problem: undefined,
    });
  });
  test('takes comments after a failed point as its diagnostics', () => {
    expect(stream('1..1', 'not ok 1 - a', '# got 404', '# want 200').points[0]?.detail).toBe('got 404\nwant 200');
  });
  test('counts the leaves of sub-tests', () => {
    const { points, problem } = stream(
      '# Subtest: shop',
      '    ok 1 - opens',
      '    ok 2 - sells # SKIP closed',
      '    1..2',
      'ok 1 - shop',
      '1..1',
    );
    expect(problem).toBeUndefined();
    expect(points.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['shop > opens', 'passed'],
      ['shop > sells', 'skipped'],
    ]);
  });
  test('keeps a failed parent whose sub-tests all passed', () => {
    const { points } = stream('    ok 1 - a', '    1..1', 'not ok 1 - p', '1..1');
    expect(points.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['p > a', 'passed'],
      ['p', 'failed'],
    ]);
  });
  test('that skips everything is one skipped point', () => {
    expect(stream('1..0 # SKIP no database').points).toMatchObject([{ outcome: 'skipped' }]);
  });
});

describe('a TAP stream that is not complete', () => {
  test.each([
    ['no plan', ['ok 1'], 'its plan is missing'],
    ['fewer than planned', ['1..2', 'ok 1'], 'it planned 2 tests and ran 1'],
    ['more than planned', ['1..1', 'ok 1', 'ok 2'], 'it planned 1 tests and ran 2'],
    ['two plans', ['1..1', 'ok 1', '1..1'], 'it has two plans'],
    ['bail out', ['1..1', 'Bail out! no network'], 'it bailed out: no network'],
    ['the same number twice', ['1..2', 'ok 1', 'ok 1'], 'two test points have the same number'],
    ['a number outside the plan', ['1..2', 'ok 1', 'ok 7'], 'a test point is outside the plan'],
    ['no TAP at all', ['All good!'], 'it printed no TAP'],
    ['a sub-test cut off', ['1..0', '    ok 1 - a'], 'its last sub-test has no test point of its own'],
    ['a sub-test without plan', ['1..1', '    ok 1 - a', 'ok 1 - p'], 'sub-test "p": its plan is missing'],
  ])('%s', (_, lines, problem) => {
    expect(stream(...lines).problem).toBe(problem);
  });
});

const point = fc.record({
  ok: fc.boolean(),
  name: fc.stringMatching(/^[a-z][a-z ]{0,20}[a-z]$/),
  directive: fc.constantFrom('', ' # SKIP', ' # TODO why'),
});

test('what was written is what is read, and any cut before the last point is noticed', () => {
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 8 }), fc.nat(), (points, cut) => {
      const lines = points.map(
        ({ ok, name, directive }, index) => `${ok ? '' : 'not '}ok ${index + 1} - ${name}${directive}`,
      );
      const whole = stream(`1..${points.length}`, ...lines);
      expect(whole.problem).toBeUndefined();
      expect(whole.points.map(({ name, outcome }) => [name, outcome])).toEqual(
        points.map(({ ok, name, directive }) => [name, directive !== '' ? 'skipped' : ok ? 'passed' : 'failed']),
      );
      expect(stream(`1..${points.length}`, ...lines.slice(0, cut % points.length)).problem).toBeDefined();
    }),
  );
});

test('no text makes the parser throw, and points of broken text never exceed its lines', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.constantFrom('ok', '    ok', 'not ok 1', '1..1', '  ---', '  ...'))),
      (lines) => {
        expect(stream(...lines).points.length).toBeLessThanOrEqual(lines.join('\n').split(/\r?\n/).length);
      },
    ),
  );
});
