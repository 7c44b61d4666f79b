import type { RecipeVersion } from './types.ts';

/** A `v` in front is taken because real repositories have it; abra itself writes none. */
const VERSION =
  /^v?(?<major>0|[1-9]\d{0,14})\.(?<minor>0|[1-9]\d{0,14})\.(?<patch>0|[1-9]\d{0,14})(?:-(?<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+(?<upstream>[^\s+][^\s]*))?$/;

/** Reads `x.y.z[-pre][+upstream]`; undefined when the text is no recipe version (a branch name, say). */
export function parseVersion(text: string): RecipeVersion | undefined {
  const parts = VERSION.exec(text)?.groups;
  if (parts === undefined) return undefined;
  return {
    text,
    major: Number(parts['major']),
    minor: Number(parts['minor']),
    patch: Number(parts['patch']),
    preRelease: parts['pre'],
    upstream: parts['upstream'],
  };
}

/**
 * Orders versions: the recipe's own part by semver (a pre-release before its release), then the upstream part in natural
 * order, none first. Zero only for versions that say the same.
 */
export function compareVersions(a: RecipeVersion, b: RecipeVersion): number {
  return (
    a.major - b.major ||
    a.minor - b.minor ||
    a.patch - b.patch ||
    comparePreRelease(a.preRelease, b.preRelease) ||
    compareUpstream(a.upstream, b.upstream)
  );
}

/** The newest of the versions that come strictly before `version`; undefined when there is none. */
export function newestOlderThan<T extends { readonly version: RecipeVersion }>(
  tags: readonly T[],
  version: RecipeVersion,
): T | undefined {
  return tags
    .filter((tag) => compareVersions(tag.version, version) < 0)
    .toSorted((a, b) => compareVersions(a.version, b.version))
    .at(-1);
}

function comparePreRelease(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const left = a.split('.');
  const right = b.split('.');
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = compareIdentifier(part, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** Semver's rule 11: numbers by value and before words, words by their characters. */
function compareIdentifier(a: string, b: string): number {
  const numeric = [a, b].map((each) => /^\d+$/.test(each));
  if (numeric[0] === true && numeric[1] === true) return compareDigits(a, b);
  if (numeric[0] !== numeric[1]) return numeric[0] === true ? -1 : 1;
  return compareText(a, b);
}

function compareUpstream(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(b === undefined) - Number(a === undefined);
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const bothNumbers = /^\d/.test(part) && /^\d/.test(other);
    const order = bothNumbers ? compareDigits(part, other) : compareText(part, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** By value whatever the length; equal values with a different number of leading zeros stay apart. */
function compareDigits(a: string, b: string): number {
  const left = a.replace(/^0+(?=\d)/, '');
  const right = b.replace(/^0+(?=\d)/, '');
  return left.length - right.length || compareText(left, right) || a.length - b.length;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
