import { expect, test } from 'vitest';
import { KEY_HELP, readKeys } from '../../src/cli/watch-keys.ts';

test.each([
  ['r', ['full']],
  ['R', ['full']],
  ['tb', ['tests', 'backup']],
  ['q', ['quit']],
  ['\u0003', ['quit']],
  ['\u0004', ['quit']],
  ['\u001b[A', []],
  ['xyz', []],
])('the keys %j ask for %j', (text, expected) => {
  expect(readKeys(text)).toEqual(expected);
});

test('every key that is told of does something', () => {
  const keys = KEY_HELP.split(' · ').map((part) => part.slice(0, 1));
  expect(keys.length).toBeGreaterThan(5);
  for (const key of keys) expect(readKeys(key)).toHaveLength(1);
});
