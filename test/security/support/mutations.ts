import * as fc from 'fast-check';

/** What readers have stumbled over: names that objects have, marks of every language that we read, halves of characters. */
const TOKENS: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  '\0',
  '\ud800',
  '\u2028',
  '\u202e',
  '\r',
  '\t',
  '\n',
  ' ',
  '&a ',
  '*a',
  '<<: ',
  '!!binary ',
  '? ',
  '- ',
  ': ',
  '#',
  '|\n',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '`',
  '\\',
  '$',
  '${',
  '${A:-',
  '$$',
  '1e999',
  '-1',
  '99999999999999999999',
  '0x',
  'null',
  'true',
  '1..',
  'ok 1',
  '1..0 # SKIP',
  '!testme ',
  '/*',
  '//',
  '&&',
  '||',
  '!(',
  '@internal',
  '<!--',
  '```',
  '../',
  'EOF',
  '<<EOF\n',
];

interface Edit {
  readonly at: number;
  readonly cut: number;
  readonly put: string;
  readonly times: number;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  // Anywhere: left to itself, fast-check would prefer the ends.
  at: fc.noBias(fc.nat(999_999)).map((part) => part / 1_000_000),
  cut: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(12), fc.nat(400)),
  put: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...TOKENS) }, fc.string({ maxLength: 8, unit: 'binary' })),
  times: fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, fc.nat(40)),
});

/** One of the texts, with one to `most` pieces cut out, put in, or put in again and again. */
export function mutated(seeds: readonly string[], most = 8): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: most }))
    .map(([seed, edits]) => edits.reduce(apply, seed));
}

function apply(text: string, { at, cut, put, times }: Edit): string {
  const start = Math.floor(at * text.length);
  return text.slice(0, start) + put.repeat(times) + text.slice(start + cut);
}
