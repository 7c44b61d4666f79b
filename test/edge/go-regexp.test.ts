import { describe, expect, test } from 'vitest';
import { GoRegexp, RegexpError, requestWork } from '../../src/edge/go-regexp.ts';

describe('a replacement of every match, as Go does it', () => {
  // What regexp.ReplaceAllString answers.
  test.each([
    ['a*', 'baaac', 'x', 'xbxcx'],
    ['b', 'abcb', '<$0>', 'a<b>c<b>'],
    ['^/old/(.*)', '/old/a/b', '/new/$1', '/new/a/b'],
    ['(?P<first>[a-z]+)-(?P<second>[a-z]+)', 'a-b c-d', '${second}-${first}', 'b-a d-c'],
    ['(a)|(b)', 'ab', '[$1$2]', '[a][b]'],
    ['a', 'a', '$1x', ''],
    ['a', 'a', '${1}x', 'x'],
    ['a', 'a', '$9 $constructor', ' '],
    ['a', 'a', '$$1', '$1'],
    ['^a', 'aaa', 'b', 'baa'],
    ['\\ba', 'aa a', 'b', 'ba b'],
    ['', '😀a', '-', '-😀-a-'],
    ['(?i)A', 'aA', 'b', 'bb'],
  ])('%s in %s by %s', (pattern, text, template, expected) => {
    expect(new GoRegexp(pattern).replaceAll(text, template, requestWork())).toBe(expected);
  });
});

describe('what Go does not take is refused', () => {
  test.each(['(?=a)', '(?<!a)b', '(a)\\1', '[', 'a{1001}', '(?:a{0,100}){0,100}', 'a'.repeat(1025), '\\h'])(
    '%s',
    (source) => {
      expect(() => new GoRegexp(source)).toThrow(RegexpError);
    },
  );
});

test.each([
  ['a\\z', 'a', true],
  ['a$', 'a\n', false],
  ['(?m)a$', 'a\nb', true],
  ['^\\pL+$', 'é', true],
  ['^[[:alpha:]]+$', 'ab', true],
  ['^.$', '😀', true],
  ['(?U)a+', 'aaa', true],
])('%s and %j: %s', (pattern, text, expected) => {
  expect(new GoRegexp(pattern).test(text, requestWork())).toBe(expected);
});
