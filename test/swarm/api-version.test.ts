import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agreeOnVersion, compareVersions } from '../../src/swarm/api-version.ts';

const engine = (ApiVersion: string, MinAPIVersion?: string) => ({
  Version: '99.0',
  ApiVersion,
  ...(MinAPIVersion === undefined ? {} : { MinAPIVersion }),
});
const version = fc.tuple(fc.constantFrom(1, 2), fc.integer({ min: 0, max: 120 })).map((parts) => parts.join('.'));

test('versions are ordered by number', () => {
  expect(['1.9', '1.41', '1.5', '2.0'].toSorted(compareVersions)).toEqual(['1.5', '1.9', '1.41', '2.0']);
});

describe('the API version to speak', () => {
  test.each([
    ['Engine 20.10, which has only that', engine('1.41', '1.12'), '1.41'],
    ['Engine 24', engine('1.43', '1.12'), '1.43'],
    ['Engine 26.1', engine('1.45', '1.24'), '1.45'],
    ['an Engine newer than what we know', engine('1.52', '1.44'), '1.45'],
    ['an Engine that does not say its least', engine('1.47'), '1.45'],
  ])('%s', (_title, offered, spoken) => {
    expect(agreeOnVersion(offered)).toBe(spoken);
  });

  test('an Engine that is too old is refused with what is needed', () => {
    expect(() => agreeOnVersion({ ...engine('1.40', '1.12'), Version: '19.03.13' })).toThrow(
      'Docker Engine 19.03.13 speaks API 1.40; 1.41 (Engine 20.10) or newer is needed',
    );
  });

  test('an Engine that has dropped all we know is refused too, with the other advice', () => {
    expect(() => agreeOnVersion(engine('1.60', '1.46'))).toThrow('speaks API 1.46 at the least');
  });

  test('is one that both know, or there is none', () => {
    fc.assert(
      fc.property(version, version, (one, other) => {
        const [least, most] = [one, other].toSorted(compareVersions) as [string, string];
        const common = compareVersions(most, '1.41') >= 0 && compareVersions(least, '1.45') <= 0;
        const agree = () => agreeOnVersion(engine(most, least));
        if (!common) {
          expect(agree).toThrow();
          return;
        }
        for (const [low, high] of [
          [least, most],
          ['1.41', '1.45'],
        ] as const) {
          expect(compareVersions(agree(), low)).toBeGreaterThanOrEqual(0);
          expect(compareVersions(agree(), high)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });
});
