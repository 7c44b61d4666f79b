import { type Codec, type Fields, unfit } from './codec.ts';
import { refuse } from './problem.ts';
import { isRawList, isRawMap, type Path, type Raw, scalarText } from './raw.ts';
import { splitWords } from './words.ts';

type Texts = readonly string[] | undefined;

/** A list; the lists of several files are appended, repeated items included. */
export function appended<T>(item: Codec<T>, before: (raw: Raw) => Raw = (raw) => raw): Codec<readonly T[] | undefined> {
  return {
    zero: undefined,
    isZero: (value) => value === undefined || value.length === 0,
    decode(given, path) {
      const raw = before(given);
      if (!isRawList(raw)) unfit('a list', raw, path);
      return raw.map((one, index) => (one === null ? item.zero : item.decode(one, [...path, index])));
    },
    merge: (base, over) => (base === undefined || over === undefined ? (over ?? base) : [...base, ...over]),
    print: (value) => (value ?? []).map((one) => item.print(one)),
  };
}

/** One string means a list of one. */
export function wrapText(raw: Raw): Raw {
  return typeof raw === 'string' ? [raw] : raw;
}

/** `command` and `entrypoint`: words or a command line; a later file replaces the whole. */
export function commandLine(list: Codec<Texts>): Codec<Texts> {
  return {
    ...list,
    decode(raw, path) {
      if (typeof raw !== 'string') return list.decode(raw, path);
      return splitWords(raw) ?? refuse('E_COMPOSE_VALUE', path, `has a quote or a backslash that is left open: ${raw}`);
    },
    merge: (base, over) => (over === undefined || (over.length === 0 && base !== undefined) ? base : over),
  };
}

type StringMap = Readonly<Record<string, string>> | undefined;

/** Labels, options: a mapping, or a list of `key=value`. Key by key the later file wins, with an empty text too. */
export const stringMap: Codec<StringMap> = {
  zero: undefined,
  isZero: (value) => value === undefined || Object.keys(value).length === 0,
  decode: (raw, path) => Object.fromEntries(pairsOf(raw, path).map(([key, value]) => [key, value ?? ''])),
  merge: (base, over) => (base === undefined || over === undefined ? (over ?? base) : { ...base, ...over }),
  print: (value) => sorted(value ?? {}),
};

type NullableMap = Readonly<Record<string, string | null>> | undefined;

/**
 * Environment: as labels, but a key without a value is null. A later null or empty text does not take away an earlier
 * value: an overlay cannot blank a variable.
 */
export const environmentMap: Codec<NullableMap> = {
  zero: undefined,
  isZero: (value) => value === undefined || Object.keys(value).length === 0,
  decode: (raw, path) => Object.fromEntries(pairsOf(raw, path)),
  merge(base, over) {
    const merged: Record<string, string | null> = { ...base };
    for (const [key, value] of Object.entries(over ?? {})) {
      const before = Object.hasOwn(merged, key) ? (merged[key] ?? '') : '';
      if (before === '' || (value !== null && value !== '')) merged[key] = value;
    }
    return merged;
  },
  print: (value) => sorted(value ?? {}),
};

function pairsOf(raw: Raw, path: Path): (readonly [string, string | null])[] {
  if (isRawMap(raw)) return Object.entries(raw).map(([key, value]) => [key, value === null ? null : scalarText(value)]);
  if (!isRawList(raw)) unfit('a mapping or a list', raw, path);
  return raw.map((entry, index) => {
    if (typeof entry !== 'string') unfit('a string', entry, [...path, index]);
    const at = entry.indexOf('=');
    return at === -1 ? [entry, null] : [entry.slice(0, at), entry.slice(at + 1)];
  });
}

/** A mapping from free names to optional records (null is a value); `combine` says what two records of one name become. */
export function namedRecords(
  item: Codec<Fields>,
  combine: (base: Fields, over: Fields) => Fields,
): Codec<NamedRecords> {
  return {
    zero: undefined,
    isZero: (value) => value === undefined || Object.keys(value).length === 0,
    decode(raw, path) {
      // A list of names is the short form.
      if (isRawList(raw)) return Object.fromEntries(raw.map((name) => [scalarText(name), null]));
      if (!isRawMap(raw)) unfit('a mapping', raw, path);
      const entries = Object.entries(raw);
      return Object.fromEntries(
        entries.map(([key, one]) => [key, one === null ? null : item.decode(one, [...path, key])]),
      );
    },
    merge(base, over) {
      const merged: Record<string, Fields | null> = { ...base };
      for (const [key, value] of Object.entries(over ?? {})) {
        const before = merged[key];
        merged[key] =
          before === undefined || before === null ? value : value === null ? before : combine(before, value);
      }
      return base === undefined && over === undefined ? undefined : merged;
    },
    print: (value) =>
      sorted(
        Object.fromEntries(
          Object.entries(value ?? {}).map(([key, one]) => [key, one === null ? null : item.print(one)]),
        ),
      ),
  };
}

type NamedRecords = Readonly<Record<string, Fields | null>> | undefined;

/** What one entry of a list stands for: itself, or several records (a range of ports). */
export type Expand = (entry: Raw, path: Path) => readonly Raw[];

/** Ranges of ports count one by one. */
const MOST_RECORDS = 2000;

type Records = readonly Fields[] | undefined;

/**
 * Ports, mounts, secret and config references: records that a later file replaces by key. As soon as a second file names
 * the service, the list is sorted by key and of several records with one key only the last is kept.
 */
export function keyedRecords(item: Codec<Fields>, key: string, expand: Expand): Codec<Records> {
  const keyOf = (value: Fields): string | number => {
    const part = value[key];
    return typeof part === 'number' ? part : typeof part === 'string' ? part : key === 'published' ? 0 : '';
  };
  return {
    zero: undefined,
    isZero: (value) => value === undefined || value.length === 0,
    decode(raw, path) {
      if (!isRawList(raw)) unfit('a list', raw, path);
      const records: Fields[] = [];
      for (const [index, entry] of raw.entries()) {
        const place = [...path, index];
        for (const one of expand(entry, place)) records.push(item.decode(one, place));
        if (records.length > MOST_RECORDS) refuse('E_COMPOSE_VALUE', path, `has more than ${MOST_RECORDS} entries`);
      }
      return records;
    },
    merge(base, over) {
      // To a service without the list, an empty one adds nothing, not even the sorting that follows a first list.
      if (base === undefined) return over?.length === 0 ? undefined : over;
      const merged = new Map([...base, ...(over ?? [])].map((one) => [keyOf(one), one]));
      return [...merged].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, one]) => one);
    },
    print: (value) => (value ?? []).map((one) => item.print(one)),
  };
}

/** A mapping with its keys in the order of their characters. */
export function sorted<T>(value: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
