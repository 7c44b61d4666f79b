import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../src/base/canonical-json.ts';
import { valueText } from '../../../src/recipe/approval/value-text.ts';

describe('the text of a value', () => {
  test('is the same for equal values and for no others, short, and printable', () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.string({ unit: 'binary' }),
      fc.string({ minLength: 100, maxLength: 400 }),
    );
    fc.assert(
      fc.property(value, value, (left, right) => {
        expect(valueText(left) === valueText(right)).toBe(canonicalJson(left) === canonicalJson(right));
        expect(valueText(left)).toMatch(/^[ -~…]{1,140}$/);
      }),
    );
  });

  test.each([
    [true, 'true'],
    ['true', '"true"'],
    [1, '1'],
    ['1', '"1"'],
    ['{}', '"{}"'],
    [{}, '{}'],
    ['a b', '"a b"'],
    ['a\u202eb\n', String.raw`"a\u202eb\n"`],
    [{ b: 1, a: '2' }, '{"a":"2","b":1}'],
  ])('%j is %s', (value, text) => {
    expect(valueText(value)).toBe(text);
  });
});
