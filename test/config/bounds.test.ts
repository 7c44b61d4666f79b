import { expect, test } from 'vitest';
import { formatBounds, hostBounds, lowerBounds, parseBounds } from '../../src/config/bounds.ts';
import { readSettings } from '../../src/config/settings.ts';

const GIB = 1024 ** 3;

test('a container gets 4 GiB of memory, and half of a host that has less than 8', () => {
  expect(hostBounds({}, 64 * GIB).memoryMiB).toBe(4096);
  expect(hostBounds({}, 6 * GIB).memoryMiB).toBe(3072);
  expect(hostBounds({ memoryMiB: 9000 }, 6 * GIB).memoryMiB).toBe(9000);
});

test('a recipe lowers the bounds of its host and raises none', () => {
  const host = hostBounds({}, 64 * GIB);
  const { bounds, refused } = lowerBounds(host, { ports: 3, networks: 200 });
  expect(bounds).toEqual({ ...host, ports: 3 });
  expect(refused).toEqual(['networks']);
});

test('an operator names bounds in one word, and the later of two holds', () => {
  expect(parseBounds(formatBounds({ pids: 4096, ports: 200 }))).toEqual({ pids: 4096, ports: 200 });
  expect(readSettings({ CC_CI_BOUNDS: 'ports=200,,ports=300' }).bounds).toMatchObject({ ports: 300, networks: 10 });
});

test.each(['ports=', 'ports=-1', 'ports=1e99', 'pids=1', 'logFiles=1', 'port=3', '__proto__=3', 'ports', '1'])(
  'what makes no sense as a bound is refused by its variable: %s',
  (text) => {
    expect(() => readSettings({ CC_CI_BOUNDS: text })).toThrow(/^CC_CI_BOUNDS is .*; expected /);
  },
);
