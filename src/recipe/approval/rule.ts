/** Something that no rule knows to be harmless: where it stands, and what stands there. */
export interface Leftover {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Answers with what it does not know to be harmless of a value. Whatever is not named by a rule is left over. */
export type Rule = (value: unknown, path: readonly string[]) => readonly Leftover[];

/** Harmless whatever it says. */
export const whatever: Rule = () => [];

/** Never harmless; of a list each entry counts for itself. */
export const never: Rule = (value, path) =>
  Array.isArray(value) ? value.map((entry: unknown) => ({ path, value: entry })) : [{ path, value }];

/** Harmless where the test says so. */
export function where(isHarmless: (value: unknown) => boolean): Rule {
  return (value, path) => (isHarmless(value) ? [] : [{ path, value }]);
}

/** One of these texts. */
export function oneOf(...texts: readonly string[]): Rule {
  return where((value) => typeof value === 'string' && texts.includes(value));
}

/** A number from `least` to `most`. */
export function within(least: number, most: number): Rule {
  return where((value) => typeof value === 'number' && value >= least && value <= most);
}

/** A list; an entry that is not harmless is left over as a whole. */
export function each(isHarmless: (entry: unknown) => boolean): Rule {
  return (value, path) =>
    Array.isArray(value)
      ? value.flatMap((entry: unknown) => (isHarmless(entry) ? [] : [{ path, value: entry }]))
      : [{ path, value }];
}

/** A mapping with free keys, each value judged by the rule for its key. */
export function entries(ruleOf: (key: string) => Rule): Rule {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ path, value }];
    return Object.entries(value).flatMap(([key, member]: [string, unknown]) =>
      // What says nothing does nothing.
      member === undefined || member === null ? [] : ruleOf(key)(member, [...path, key]),
    );
  };
}

/** A mapping of which these keys may be harmless, and no other; `x-…` keys are Docker's for notes. */
export function keys(table: Readonly<Record<string, Rule>>): Rule {
  return entries((key) => {
    const rule = Object.hasOwn(table, key) ? table[key] : undefined;
    return rule ?? (key.startsWith('x-') ? whatever : never);
  });
}
