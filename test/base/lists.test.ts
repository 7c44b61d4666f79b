import { expect, test } from 'vitest';
import { append, largest, smallest } from '../../src/base/lists.ts';

const LONG = Array.from({ length: 1_000_000 }, (_, index) => index);

test('a list is appended whole, however long', () => {
  const list = [-1];
  append(list, LONG);
  expect(list).toHaveLength(1_000_001);
  expect(list.at(-1)).toBe(999_999);
});

test('the largest and the smallest of many numbers, and of none', () => {
  expect([largest(LONG), smallest(LONG)]).toEqual([999_999, 0]);
  expect([largest([]), smallest([])]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
});
