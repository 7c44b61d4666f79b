import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecipeVersion } from '../../src/recipe/types.ts';
import { compareVersions, newestOlderThan, parseVersion } from '../../src/recipe/version.ts';

function version(text: string): RecipeVersion {
  const parsed = parseVersion(text);
  if (parsed === undefined) throw new Error(`${text} is no version`);
  return parsed;
}

describe('parseVersion', () => {
  it.each([
    ['1.7.1+1.27.2', 1, undefined, '1.27.2'],
    ['2.0.1+1.0.6-social-amd64', 2, undefined, '1.0.6-social-amd64'],
    ['1.0.0+1.0.0_rc1', 1, undefined, '1.0.0_rc1'],
    ['1.0.0-rc.1+v2', 1, 'rc.1', 'v2'],
    ['v1.0.3', 1, undefined, undefined],
    ['0.0.1', 0, undefined, undefined],
  ])('reads %s', (text, major, preRelease, upstream) => {
    expect(version(text)).toMatchObject({ text, major, preRelease, upstream });
  });

  it.each(['1.2', 'main', '1.2.3+', '01.2.3', '1.2.3+a b', '1.2.3-', 'release-1.2.3', ''])('refuses %j', (text) => {
    expect(parseVersion(text)).toBeUndefined();
  });
});

describe('compareVersions', () => {
  it('orders as an operator reads versions', () => {
    const ordered = [
      '0.9.0+99.0',
      '1.0.0-alpha+1.0',
      '1.0.0-alpha.1+1.0',
      '1.0.0-alpha.2+1.0',
      '1.0.0-alpha.10+1.0',
      '1.0.0-alpha.beta+1.0',
      '1.0.0-rc.1',
      '1.0.0',
      '1.0.0+9.0.0',
      '1.0.0+9.0.0-fpm',
      '1.0.0+10.0.0',
      '1.0.0+2024.06.37',
      '1.0.0+v1.6.870-0',
      '1.0.0+v1.6.870-1',
      '1.0.10+1.0',
      '2.0.0+1.0',
    ];
    const shuffled = ordered.map(version).toSorted((a, b) => (a.text < b.text ? 1 : -1));
    expect(shuffled.toSorted(compareVersions).map(({ text }) => text)).toEqual(ordered);
  });

  const anyVersion = fc
    .tuple(
      fc.nat(2),
      fc.nat(11),
      fc.nat(2),
      fc.option(fc.stringMatching(/^(rc|0|[1-9][0-9]?)(\.(a|b-|0|[1-9][0-9]?))?$/), { nil: undefined }),
      fc.option(fc.stringMatching(/^[0-9v][0-9.a-c_-]{0,6}$/), { nil: undefined }),
    )
    .map(([x, y, z, pre, up]) =>
      version(`${x}.${y}.${z}${pre === undefined ? '' : `-${pre}`}${up === undefined ? '' : `+${up}`}`),
    );

  it('is a total order: antisymmetric, transitive, zero only for the same text', () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, anyVersion, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a))).toBe(0);
        expect(compareVersions(a, b) === 0).toBe(a.text === b.text);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) {
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps versions apart that differ in leading zeros only', () => {
    expect(compareVersions(version('1.0.0+6.7'), version('1.0.0+6.07'))).toBeLessThan(0);
  });

  it('finds the newest that is strictly older', () => {
    const tags = ['1.0.0+1', '1.2.0+2', '1.10.0+3', '2.0.0+4'].map((text) => ({ version: version(text) }));
    expect(newestOlderThan(tags, version('1.10.0+3'))?.version.text).toBe('1.2.0+2');
    expect(newestOlderThan(tags, version('3.0.0'))?.version.text).toBe('2.0.0+4');
    expect(newestOlderThan(tags, version('1.0.0+1'))).toBeUndefined();
  });
});
