import { largest } from './lists.ts';
import { secretForms } from './secret-forms.ts';

/** Replaces secret values, in every form that `secretForms` knows, in what is about to be stored or shown. */
export interface Masker {
  /** From here on these values are masked. Those shorter than six characters are not: they would hide ordinary words. */
  add(values: Iterable<string>): void;
  mask(text: string): string;
  /** Masks every string inside a JSON-like value, keys of objects included. */
  maskDeep<T>(value: T): T;
  /** Masks bytes that come in pieces; a value that several pieces share is masked all the same. */
  stream(): MaskStream;
}

/** Takes bytes and gives them back masked, some of them later: what may be the beginning of a secret is held back. */
export interface MaskStream {
  write(chunk: Buffer): Buffer;
  /** What was held back; the stream is at its beginning again. */
  end(): Buffer;
}

export const MASK = '•••';

/** A masker that knows no secrets yet. */
export function createMasker(): Masker {
  let patterns: readonly string[] = [];
  // Bytes are searched as Latin-1 text, one character for each: chunks may end inside a character of several bytes.
  let bytePatterns: readonly string[] = [];
  const mask = (text: string) => replaceSpans(text, findSpans(text, patterns), MASK);
  const maskDeep = (value: unknown): unknown => {
    if (typeof value === 'string') return mask(value);
    if (Array.isArray(value)) return value.map(maskDeep);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [mask(key), maskDeep(inner)]));
  };
  return {
    add(values) {
      const forms = [...values].flatMap(secretForms);
      patterns = [...new Set([...patterns, ...forms.map(({ bytes }) => bytes.toString('utf8'))])];
      bytePatterns = [...new Set([...bytePatterns, ...forms.map(({ bytes }) => bytes.toString('latin1'))])];
    },
    mask,
    maskDeep: (value) => (patterns.length === 0 ? value : (maskDeep(value) as typeof value)),
    stream: () => createMaskStream(() => bytePatterns),
  };
}

const BYTE_MASK = Buffer.from(MASK).toString('latin1');

function createMaskStream(patterns: () => readonly string[]): MaskStream {
  let held = '';
  // So many of the characters that are held belong to a secret whose mask was given out already.
  let masked = 0;
  const take = (chunk: string, keep: number): Buffer => {
    const text = held + chunk;
    const cut = Math.max(0, text.length - keep);
    const found = findSpans(text, patterns());
    const spans = masked === 0 ? found : mergeSpans([{ start: 0, end: masked }, ...found]);
    const open = spans.findLast(({ start }) => start < cut);
    const given = masked === 0 ? '' : BYTE_MASK;
    const out = replaceSpans(
      text.slice(0, cut),
      spans.filter(({ start }) => start < cut).map(({ start, end }) => ({ start, end: Math.min(end, cut) })),
      BYTE_MASK,
    );
    masked = open === undefined ? 0 : Math.max(0, open.end - cut);
    held = text.slice(cut);
    return Buffer.from(cut === 0 ? '' : out.slice(given.length), 'latin1');
  };
  return {
    write(chunk) {
      const longest = Math.max(0, largest(patterns().map(({ length }) => length)));
      return take(chunk.toString('latin1'), Math.max(0, longest - 1));
    },
    end() {
      const rest = take('', 0);
      masked = 0;
      return rest;
    },
  };
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where any of the patterns stands, overlapping ones joined: half of one must not be left beside another. */
function findSpans(text: string, patterns: readonly string[]): readonly Span[] {
  const spans: Span[] = [];
  for (const pattern of patterns) {
    for (let at = text.indexOf(pattern); at !== -1; at = text.indexOf(pattern, at + 1)) {
      spans.push({ start: at, end: at + pattern.length });
    }
  }
  return mergeSpans(spans);
}

function mergeSpans(spans: readonly Span[]): readonly Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && span.start <= last.end) {
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    } else {
      merged.push(span);
    }
  }
  return merged;
}

function replaceSpans(text: string, spans: readonly Span[], by: string): string {
  if (spans.length === 0) return text;
  let out = '';
  let from = 0;
  for (const { start, end } of spans) {
    out += text.slice(from, start) + by;
    from = end;
  }
  return out + text.slice(from);
}
