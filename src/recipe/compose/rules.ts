/** What a value of a stack file may be. Numbers behind `since` are minor versions of the format: 8 means 3.8. */
export type Rule =
  | { readonly is: 'string' | 'number' | 'boolean' | 'null' }
  | { readonly is: 'integer'; readonly least?: number }
  | { readonly is: 'duration' | 'port' }
  | { readonly is: 'choice'; readonly of: readonly string[] }
  | { readonly is: 'list'; readonly items: Rule; readonly unique: boolean }
  | { readonly is: 'map'; readonly values: Rule; readonly names: RegExp | undefined; readonly othersRefused: boolean }
  | StructRule
  | { readonly is: 'one-of'; readonly rules: readonly Rule[] };

export interface StructRule {
  readonly is: 'struct';
  readonly keys: ReadonlyMap<string, KeyRule>;
  readonly required: readonly string[];
  /** From which version unknown keys are ignored instead of refused; undefined means they are refused. */
  readonly openSince: number | undefined;
  /** From which version `x-…` keys are allowed. */
  readonly extensionsSince: number | undefined;
}

export interface KeyRule {
  readonly rule: Rule;
  readonly since: number;
}

export const STRING: Rule = { is: 'string' };
export const NUMBER: Rule = { is: 'number' };
export const INTEGER: Rule = { is: 'integer' };
export const BOOLEAN: Rule = { is: 'boolean' };
export const NULL: Rule = { is: 'null' };
export const DURATION: Rule = { is: 'duration' };

export function list(items: Rule, options: { readonly unique?: boolean } = {}): Rule {
  return { is: 'list', items, unique: options.unique ?? false };
}

export function oneOf(...rules: readonly Rule[]): Rule {
  return { is: 'one-of', rules };
}

/** A mapping with free keys. Keys that do not match `names` are refused, or let through unchecked. */
export function map(values: Rule, names?: RegExp, others: 'refused' | 'unchecked' = 'refused'): Rule {
  return { is: 'map', values, names, othersRefused: others === 'refused' };
}

interface StructOptions {
  readonly required?: readonly string[];
  readonly openSince?: number;
  readonly extensionsSince?: number;
}

/** A mapping with known keys: `{ name: rule }`, or `{ name: [rule, since] }` for keys that came later than 3.0. */
export function struct(
  keys: Readonly<Record<string, Rule | readonly [Rule, number]>>,
  options: StructOptions = {},
): StructRule {
  const entries = Object.entries(keys).map(([name, value]) => {
    const [rule, since] = isDated(value) ? value : [value, 0];
    return [name, { rule, since }] as const;
  });
  return {
    is: 'struct',
    keys: new Map(entries),
    required: options.required ?? [],
    openSince: options.openSince,
    extensionsSince: options.extensionsSince,
  };
}

function isDated(value: Rule | readonly [Rule, number]): value is readonly [Rule, number] {
  return Array.isArray(value);
}
