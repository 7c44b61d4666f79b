/** Replaces secret values in what is about to be stored or shown. */
export interface Masker {
  /** From here on these values are masked. Those shorter than six characters are not: they would hide ordinary words. */
  add(values: Iterable<string>): void;
  mask(text: string): string;
  /** Masks every string inside a JSON-like value. */
  maskDeep<T>(value: T): T;
}

const SHORTEST = 6;

export const MASK = '•••';

/** A masker that knows no secrets yet. */
export function createMasker(): Masker {
  let secrets: string[] = [];
  const mask = (text: string) => secrets.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
  const maskDeep = (value: unknown): unknown => {
    if (typeof value === 'string') return mask(value);
    if (Array.isArray(value)) return value.map(maskDeep);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskDeep(inner)]));
  };
  return {
    add(values) {
      const known = new Set([...secrets, ...[...values].filter(({ length }) => length >= SHORTEST)]);
      // The longest first: a value inside another one must not leave the rest of it readable.
      secrets = [...known].toSorted((a, b) => b.length - a.length);
    },
    mask,
    maskDeep: (value) => (secrets.length === 0 ? value : (maskDeep(value) as typeof value)),
  };
}
