/** What two expressions, one behind the other, found in a text. */
export interface Found {
  /** What the first one matched. */
  readonly match: RegExpExecArray;
  /** The groups of both. */
  readonly groups: Readonly<Record<string, string | undefined>>;
}

/**
 * The first match of an expression that has a match of another one somewhere behind it; one expression with `.*` between the
 * two would look for the second from every place where the first one fits.
 */
export function findInOrder(text: string, first: RegExp, behind: RegExp): Found | undefined {
  const match = first.exec(text);
  if (match === null) return undefined;
  const second = behind.exec(text.slice(match.index + match[0].length));
  return second === null ? undefined : { match, groups: { ...match.groups, ...second.groups } };
}

/** As above, in the first line that has both. */
export function findOnLine(text: string, first: RegExp, behind: RegExp): Found | undefined {
  for (const line of text.split('\n')) {
    const found = findInOrder(line, first, behind);
    if (found !== undefined) return found;
  }
  return undefined;
}
