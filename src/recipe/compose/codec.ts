import { refuse } from './problem.ts';
import { isRawList, isRawMap, numberOf, type Path, type Raw, typeName } from './raw.ts';
import { formatDuration, parseBytes, parseDuration, roundToFloat32 } from './units.ts';

/**
 * How one kind of field is read, merged and printed. Docker keeps a stack in Go structs, where a field that is zero (an
 * empty text, 0, false) counts as absent: it is neither printed nor does it override anything. Optional fields are
 * pointers there: present or not, whatever their value.
 */
export interface Codec<T> {
  readonly zero: T;
  isZero(value: T): boolean;
  /** Reads a value that passed the format check and is not null. */
  decode(raw: Raw, path: Path): T;
  /** The value after `over` of a later file is laid over `base`. */
  merge(base: T, over: T): T;
  /** The value as `docker stack config` prints it. */
  print(value: T): unknown;
}

/** A struct's fields by key. Fields that are zero may be there or not. */
export type Fields = Readonly<Record<string, unknown>>;

export function unfit(expected: string, raw: Raw, path: Path): never {
  refuse('E_COMPOSE_VALUE', path, `must be ${expected}, not ${typeName(raw)}`);
}

function plain<T>(zero: T, decode: Codec<T>['decode'], print: (value: T) => unknown = (value) => value): Codec<T> {
  const isZero = (value: T): boolean => value === zero;
  return { zero, isZero, decode, merge: (base, over) => (isZero(over) ? base : over), print };
}

export const text: Codec<string> = plain('', (raw, path) =>
  typeof raw === 'string' ? raw : unfit('a string', raw, path),
);

export const flag: Codec<boolean> = plain(false, (raw, path) =>
  typeof raw === 'boolean' ? raw : unfit('a boolean', raw, path),
);

/** A whole number; fractions are cut off, as Docker does. */
export const integer: Codec<number> = plain(0, (raw, path) => {
  return Math.trunc(numberOf(raw) ?? unfit('a number', raw, path));
});

/** A whole number from 0 that Docker keeps in 32 bits (a port, a file mode) or in 64 (a count). */
export function count(bits: 32 | 64): Codec<number> {
  return plain(0, (raw, path) => {
    const value = integer.decode(raw, path);
    if (value < 0) refuse('E_COMPOSE_VALUE', path, `must not be negative, but is ${value}`);
    return bits === 32 ? Number(BigInt.asUintN(32, BigInt(value))) : value;
  });
}

/** A fraction that Docker keeps in 32 bits. */
export const ratio: Codec<number> = plain(0, (raw, path) =>
  roundToFloat32(numberOf(raw) ?? unfit('a number', raw, path)),
);

export const duration: Codec<bigint> = plain(
  0n,
  (raw, path) => {
    if (typeof raw !== 'string') unfit('a duration', raw, path);
    return (
      parseDuration(raw) ??
      refuse('E_COMPOSE_VALUE', path, `must be a duration such as 1m30s, but is ${JSON.stringify(raw)}`)
    );
  },
  formatDuration,
);

export const bytes: Codec<bigint> = plain(
  0n,
  (raw, path) => {
    if (typeof raw !== 'string') unfit('a size', raw, path);
    return (
      parseBytes(raw) ?? refuse('E_COMPOSE_VALUE', path, `must be a size such as 512M, but is ${JSON.stringify(raw)}`)
    );
  },
  String,
);

/**
 * A field that is there or not, and is printed whenever it is there. `whole: true` is for counts: a later 0 replaces an
 * earlier 3; elsewhere a zero never overrides, not even here.
 */
export function optional<T>(inner: Codec<T>, options: { readonly whole?: boolean } = {}): Codec<T | undefined> {
  return {
    zero: undefined,
    isZero: (value) => value === undefined,
    decode: (raw, path) => inner.decode(raw, path),
    merge(base, over) {
      if (base === undefined || over === undefined) return over ?? base;
      return options.whole === true ? over : inner.merge(base, over);
    },
    print: (value) => (value === undefined ? null : inner.print(value)),
  };
}

interface StructExtras {
  /** Keeps `x-…` keys under the key `x-`, to be printed inline. */
  readonly extensions?: boolean;
  /** What a short form in place of the mapping means. */
  readonly short?: (raw: Raw, path: Path) => Raw;
}

/** A mapping with known fields, printed in the order of the table; keys that are not in it are ignored. */
export function record(table: Readonly<Record<string, Codec<unknown>>>, extras: StructExtras = {}): Codec<Fields> {
  const entries = Object.entries(table);
  return {
    zero: {},
    isZero: (value) => entries.every(([key, codec]) => isAbsent(codec, value[key])),
    decode(given, path) {
      const raw = extras.short?.(given, path) ?? given;
      if (!isRawMap(raw)) unfit('a mapping', raw, path);
      const value: Record<string, unknown> = {};
      for (const [key, codec] of entries) {
        const field = raw[key];
        if (field !== undefined && field !== null) value[key] = codec.decode(field, [...path, key]);
      }
      if (extras.extensions === true) value['x-'] = extensionsOf(raw);
      return value;
    },
    merge(base, over) {
      const value: Record<string, unknown> = {};
      for (const [key, codec] of entries) {
        const merged = codec.merge(base[key] ?? codec.zero, over[key] ?? codec.zero);
        if (merged !== undefined) value[key] = merged;
      }
      if (extras.extensions === true) value['x-'] = mergeExtensions(base['x-'] as Extensions, over['x-'] as Extensions);
      return value;
    },
    print(value) {
      const printed: Record<string, unknown> = {};
      for (const [key, codec] of entries) {
        const field = value[key];
        if (!isAbsent(codec, field)) printed[key] = codec.print(field);
      }
      return Object.assign(printed, value['x-']);
    },
  };
}

function isAbsent(codec: Codec<unknown>, value: unknown): boolean {
  return value === undefined || codec.isZero(value);
}

type Extensions = Readonly<Record<string, Raw>> | undefined;

/** The `x-…` keys of a mapping; undefined when it has none. */
export function extensionsOf(raw: Readonly<Record<string, Raw>>): Extensions {
  const entries = Object.entries(raw).filter(([key]) => key.startsWith('x-'));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Extension fields merge deeply: mappings key by key, lists are appended to lists, everything else is replaced. */
function mergeExtensions(base: Extensions, over: Extensions, path: Path = []): Extensions {
  if (base === undefined || over === undefined) return over ?? base;
  const merged: Record<string, Raw> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key] ?? null;
    const place = [...path, key];
    if (isRawMap(before) && isRawMap(value)) merged[key] = mergeExtensions(before, value, place) ?? {};
    else if (isRawList(before) && isRawList(value)) merged[key] = [...before, ...value];
    else if (before !== null && isRawList(value))
      refuse('E_COMPOSE_MERGE', place, `is a list, but ${typeName(before)} in an earlier file`);
    else merged[key] = value;
  }
  return merged;
}
